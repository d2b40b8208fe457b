/**
 * Runs one grouped question against a property's tables.
 *
 * Owns: the SQL of a report: which tables are joined, how rows are grouped, and putting together numbers that come from
 * different bases (events, items, advertising costs, rolling windows). Does not own: what the fields mean (dimensions.ts, metrics.ts),
 * nor sorting, limits and printing (report.ts).
 */
import type { DatabaseSync } from 'node:sqlite';
import type { DayRange, Dimension, Join } from './dimensions.ts';
import type { Atom, Base } from './metrics.ts';

/** A piece of SQL and what it needs joined. */
export interface Clause {
  sql: string;
  joins: readonly Join[];
  /** Speaks of item rows. */
  needsItems: boolean;
}

export type Predicate = (value: string) => boolean;

export interface Question {
  range: DayRange;
  /** One per column, with the value for "nothing" already in place. */
  columns: readonly Clause[];
  /** Any column about time: rolling users are then told per day, otherwise for the last day of the range. */
  hasTime: boolean;
  where: readonly Clause[];
  /** What `ga_match(n, value)` in `where` stands for. */
  predicates: readonly Predicate[];
  atoms: Readonly<Record<string, Atom>>;
}

export interface Group {
  values: string[];
  atoms: Map<string, number>;
}

/** A dimension as a column: text, never NULL. */
export function columnOf(dimension: Dimension, range: DayRange): Clause {
  const sql = typeof dimension.sql === 'string' ? dimension.sql : dimension.sql(range);
  const filled =
    dimension.unset === ''
      ? `COALESCE(CAST(${sql} AS TEXT), '')`
      : `COALESCE(NULLIF(CAST(${sql} AS TEXT), ''), '(not set)')`;
  return { sql: filled, joins: dimension.joins, needsItems: dimension.scope === 'item' };
}

const joins: Readonly<Record<Join, { sql: string; after: readonly Join[] }>> = {
  s: { sql: 'LEFT JOIN all_sessions s ON s.session_id = e.session_id', after: [] },
  u: { sql: 'JOIN users u ON u.user_id = e.user_id', after: [] },
  st: { sql: 'LEFT JOIN traffic st ON st.traffic_id = s.traffic_id', after: ['s'] },
  ft: { sql: 'JOIN traffic ft ON ft.traffic_id = u.first_traffic_id', after: ['u'] },
  et: { sql: 'LEFT JOIN traffic et ON et.traffic_id = e.credited_traffic_id', after: [] },
  pl: { sql: 'JOIN places pl ON pl.place_id = u.place_id', after: ['u'] },
  dv: { sql: 'JOIN devices dv ON dv.device_id = u.device_id', after: ['u'] },
  p: { sql: 'LEFT JOIN pages p ON p.page_id = e.page_id', after: [] },
  lp: { sql: 'LEFT JOIN pages lp ON lp.page_id = s.landing_page_id', after: ['s'] },
  d: { sql: 'JOIN days d ON d.day = e.day', after: [] },
  g: { sql: 'JOIN products g ON g.product_id = i.product_id', after: [] },
};

/** All that is needed, each after what it hangs on. */
function joinSql(needed: Iterable<Join>, overrides: Partial<Record<Join, string>>): string {
  const done = new Set<Join>();
  const parts: string[] = [];
  const add = (join: Join): void => {
    if (done.has(join)) return;
    done.add(join);
    const override = overrides[join];
    if (override === undefined) for (const before of joins[join].after) add(before);
    parts.push(override ?? joins[join].sql);
  };
  for (const join of needed) add(join);
  return parts.join(' ');
}

/** Advertising costs know days and campaigns only; `e` is then a row of costs. */
const costJoins: Partial<Record<Join, string>> = {
  s: '',
  u: '',
  st: 'JOIN traffic st ON st.traffic_id = e.traffic_id',
  ft: 'JOIN traffic ft ON ft.traffic_id = e.traffic_id',
  et: 'JOIN traffic et ON et.traffic_id = e.traffic_id',
};

interface Source {
  from: string;
  when: string;
  overrides: Partial<Record<Join, string>>;
  rewrite: (sql: string) => string;
}

const asIs = (sql: string): string => sql;

function sourceOf(base: Base, question: Question): Source {
  const { first, last } = question.range;
  const within = `BETWEEN ${first} AND ${last}`;
  if (base === 'event') return { from: 'events e', when: `e.day ${within}`, overrides: {}, rewrite: asIs };
  if (base === 'item') {
    return {
      from: 'items i JOIN all_events e ON e.event_id = i.event_id',
      when: `i.day ${within}`,
      overrides: {},
      rewrite: asIs,
    };
  }
  if (base === 'cost') {
    const rows = '(SELECT * FROM ad_costs WHERE day <= (SELECT MAX(day) FROM sessions))';
    return {
      from: `${rows} e`,
      when: `e.day ${within}`,
      overrides: costJoins,
      rewrite: (sql) => sql.replaceAll('a.', 'e.'),
    };
  }
  return rollingSource(Number(base.slice('rolling'.length)), question);
}

/** Windows of `days` days, ending on each day of the range, or on its last one if nothing tells days apart. */
function rollingSource(days: number, question: Question): Source {
  const { first, last } = question.range;
  const ends = question.hasTime ? `BETWEEN ${first} AND ${last}` : `= ${last}`;
  const pieces = [...question.columns, ...question.where].map((piece) => piece.sql).join(' ');
  // Everybody counted here is active, so has a session: sessions will do, unless something is asked of single events.
  const isAboutEvents =
    /\be\.(?!day\b|user_id\b|session_id\b)/.test(pieces) ||
    /JOIN (pages|traffic) (p|et)\b/.test(joinSql(pieceJoins(question), {}));
  const rows = isAboutEvents ? 'events' : 'sessions';
  // The day that a row is told for is the window's end, not the day of the event.
  return {
    from: `days d JOIN ${rows} e ON e.day BETWEEN d.day - ${days - 1} AND d.day`,
    when: `d.day ${ends}`,
    overrides: { d: '' },
    rewrite: (sql) => sql.replaceAll('e.day', 'd.day'),
  };
}

function pieceJoins(question: Question): Join[] {
  return [...question.columns, ...question.where].flatMap((piece) => piece.joins);
}

/** Atoms whose SQL speaks of costs say `a`; other bases leave their text alone. */
function statementFor(base: Base, atoms: readonly (readonly [string, Atom])[], question: Question): string {
  const source = sourceOf(base, question);
  const needed = new Set([...pieceJoins(question), ...atoms.flatMap(([, atom]) => atom.joins)]);
  const columns = question.columns.map((column, index) => `${source.rewrite(column.sql)} AS c${index}`);
  const values = atoms.map(([name, atom]) => `${base === 'cost' ? source.rewrite(atom.sql) : atom.sql} AS "${name}"`);
  const conditions = [source.when, ...question.where.map((clause) => `(${clause.sql})`)];
  const select = [...columns, ...values].join(', ') || '1';
  const grouping = columns.length === 0 ? '' : ` GROUP BY ${columns.map((_, index) => index + 1).join(', ')}`;
  return `SELECT ${select} FROM ${source.from} ${joinSql(needed, source.overrides)} WHERE ${conditions.join(' AND ')}${grouping}`;
}

/** The predicates of the statement that is running; SQLite calls back while we wait, so there is only ever one. */
const running = new WeakMap<DatabaseSync, { predicates: readonly Predicate[] }>();

function stateOf(db: DatabaseSync): { predicates: readonly Predicate[] } {
  let state = running.get(db);
  if (state === undefined) {
    const fresh: { predicates: readonly Predicate[] } = { predicates: [] };
    db.function('ga_match', (slot, value) => (fresh.predicates[Number(slot)]?.(String(value)) ? 1 : 0));
    running.set(db, fresh);
    state = fresh;
  }
  return state;
}

/** Answers with one group per combination of column values that has any rows, in no particular order. */
export function ask(db: DatabaseSync, question: Question): Group[] {
  stateOf(db).predicates = question.predicates;
  const groups = new Map<string, Group>();
  for (const [base, atoms] of byBase(question)) {
    for (const row of db.prepare(statementFor(base, atoms, question)).all()) {
      const values = question.columns.map((_, index) => String(row[`c${index}`]));
      const group = groupFor(groups, values);
      for (const [name] of atoms) group.atoms.set(name, Number(row[name] ?? 0));
    }
  }
  return [...groups.values()];
}

type NamedAtom = readonly [string, Atom];

/** A question without numbers is about items if it speaks of them, otherwise about events. */
function byBase(question: Question): Map<Base, NamedAtom[]> {
  const result = new Map<Base, NamedAtom[]>();
  for (const entry of Object.entries(question.atoms)) {
    const list = result.get(entry[1].base) ?? [];
    list.push(entry);
    result.set(entry[1].base, list);
  }
  const isAboutItems = [...question.columns, ...question.where].some((piece) => piece.needsItems);
  if (result.size === 0) result.set(isAboutItems ? 'item' : 'event', []);
  return result;
}

function groupFor(groups: Map<string, Group>, values: string[]): Group {
  const key = values.join('\u0000');
  let group = groups.get(key);
  if (group === undefined) {
    group = { values, atoms: new Map() };
    groups.set(key, group);
  }
  return group;
}

export interface SelectedEvent {
  userId: number;
  ts: number;
  day: number;
  values: string[];
}

/** Single events with a session, user by user in order of time: for questions about sequences. */
export function selectEvents(db: DatabaseSync, question: Omit<Question, 'atoms' | 'hasTime'>): SelectedEvent[] {
  stateOf(db).predicates = question.predicates;
  const { columns, where, range } = question;
  const needed = [...columns, ...where].flatMap((piece) => piece.joins);
  const select = [
    'e.user_id AS userId',
    'e.ts AS ts',
    'e.day AS day',
    ...columns.map((column, index) => `${column.sql} AS c${index}`),
  ];
  const conditions = [
    `e.day BETWEEN ${range.first} AND ${range.last}`,
    'e.session_id IS NOT NULL',
    ...where.map((clause) => `(${clause.sql})`),
  ];
  const sql = `SELECT ${select.join(', ')} FROM events e ${joinSql(needed, {})} WHERE ${conditions.join(' AND ')} ORDER BY e.user_id, e.ts, e.event_id`;
  return db
    .prepare(sql)
    .all()
    .map((row) => ({
      userId: Number(row.userId),
      ts: Number(row.ts),
      day: Number(row.day),
      values: columns.map((_, index) => String(row[`c${index}`])),
    }));
}
