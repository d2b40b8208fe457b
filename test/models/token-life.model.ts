/**
 * What the life of codes, tokens and grants should look like from outside, small enough to be read as the rule.
 *
 * Owns: the rules: who may do what now, and what follows from it. Does not own: asking the bridge (token-life.commands.ts).
 * Times are milliseconds. Texts are the codes and tokens themselves; the newest of a list comes last.
 */
export const CODE_MS = 60_000;
export const WINDOW_MS = 120_000;
/** The promised hour and the replay window, so that an answer given again keeps its promise. */
export const ACCESS_MS = 3_600_000 + WINDOW_MS;
export const GRANT_MS = 180 * 86_400_000;
const MOST_REPLAYS = 10;
const BURST_MS = 1000;
const MOST_LIVE_ACCESS = 4;
/** Google ends a link that was not used for six months; shortly before that nothing is promised. */
const GOOGLE_IDLE_MS = 182 * 86_400_000;

export interface ModelClient {
  isPublic: boolean;
}

export interface ModelGrant {
  client: number;
  person: string;
  isAlive: boolean;
  expiresAt: number;
  /** Every refresh token that it ever had, the newest last, each with the time at which it was replaced. */
  refresh: { text: string; retiredAt: number | undefined }[];
  /** The newest answer's access token, which a replay gives again. */
  newestAccess: string;
  /** Access tokens that open the doors, oldest first. */
  access: { text: string; expiresAt: number }[];
  replays: number;
  answeredAt: number;
}

export interface ModelCode {
  text: string;
  client: number;
  person: string;
  expiresAt: number;
  /** What redeeming it made. */
  grant: ModelGrant | undefined;
  /** Forgotten by a sweep, so that showing it again tells nobody anything. */
  isSwept: boolean;
}

export interface Model {
  now: number;
  isCut: boolean;
  clients: ModelClient[];
  codes: ModelCode[];
  grants: ModelGrant[];
  /** How often Google must have been asked to end a person's link. */
  endings: number;
  /** When each person's link was last used at Google, as far as is certain. */
  googleUse: Map<string, number>;
  /** Persons whose link at Google may have gone of itself. */
  doubtful: Set<string>;
}

export function createModel(now: number, clients: ModelClient[]): Model {
  return {
    now,
    isCut: false,
    clients,
    codes: [],
    grants: [],
    endings: 0,
    googleUse: new Map(),
    doubtful: new Set(),
  };
}

export interface PairText {
  access: string;
  refresh: string;
}

export function isLive(model: Model, grant: ModelGrant): boolean {
  return grant.isAlive && grant.expiresAt > model.now && !model.doubtful.has(grant.person);
}

export function opens(model: Model, grant: ModelGrant, text: string): boolean {
  return isLive(model, grant) && grant.access.some((token) => token.text === text && token.expiresAt > model.now);
}

/** The client redeemed the code and got this pair. */
export function redeemed(model: Model, code: ModelCode, pair: PairText): ModelGrant {
  const grant: ModelGrant = {
    client: code.client,
    person: code.person,
    isAlive: true,
    expiresAt: model.now + GRANT_MS,
    refresh: [{ text: pair.refresh, retiredAt: undefined }],
    newestAccess: pair.access,
    access: [{ text: pair.access, expiresAt: model.now + ACCESS_MS }],
    replays: 0,
    answeredAt: model.now,
  };
  code.grant = grant;
  model.grants.push(grant);
  return grant;
}

/** The newest refresh token was turned into this pair. */
export function rotated(model: Model, grant: ModelGrant, pair: PairText): void {
  const newest = grant.refresh.at(-1);
  if (newest !== undefined) newest.retiredAt = model.now;
  grant.refresh.push({ text: pair.refresh, retiredAt: undefined });
  const live = grant.access.filter(({ expiresAt }) => expiresAt > model.now).slice(1 - MOST_LIVE_ACCESS);
  grant.access = [...live, { text: pair.access, expiresAt: model.now + ACCESS_MS }];
  grant.newestAccess = pair.access;
  grant.expiresAt = model.now + GRANT_MS;
  grant.replays = 0;
  grant.answeredAt = model.now;
}

/** What must become of a refresh token that is shown now, by its own client. */
export function fateOf(model: Model, grant: ModelGrant, text: string): 'rotate' | 'replay' | 'refuse' | 'burn' {
  if (!isLive(model, grant)) return 'refuse';
  const index = grant.refresh.findIndex((token) => token.text === text);
  const token = grant.refresh[index];
  if (token === undefined) return 'refuse';
  if (token.retiredAt === undefined) return 'rotate';
  // So many former tokens are recognised; an older one is as unknown as a made-up one.
  if (grant.refresh.length - 1 - index > 16) return 'refuse';
  if (model.now - token.retiredAt < WINDOW_MS && grant.replays < MOST_REPLAYS) return 'replay';
  return model.clients[grant.client]?.isPublic === true ? 'burn' : 'refuse';
}

/** The newest answer was given once more. A burst within a second counts once. */
export function replayed(model: Model, grant: ModelGrant): void {
  if (model.now - grant.answeredAt < BURST_MS) return;
  grant.replays += 1;
  grant.answeredAt = model.now;
}

export function newestPair(grant: ModelGrant): PairText {
  return { access: grant.newestAccess, refresh: grant.refresh.at(-1)?.text ?? '' };
}

/** The grant ended; with the last one, and no code on its way, the person's link at Google ends too. */
export function ended(model: Model, grant: ModelGrant): void {
  if (!grant.isAlive) return;
  grant.isAlive = false;
  // A grant that has expired holds the link until it is swept.
  const isHeld =
    model.grants.some(({ person, isAlive }) => isAlive && person === grant.person) || isNeeded(model, grant.person);
  if (!isHeld && !model.isCut) model.endings += 1;
}

export function isOnItsWay(model: Model, code: ModelCode): boolean {
  return code.grant === undefined && code.expiresAt > model.now;
}

/** Whether Google's link of the person is good for something, now or in a moment. */
export function isNeeded(model: Model, person: string): boolean {
  return (
    model.grants.some((grant) => grant.isAlive && grant.expiresAt > model.now && grant.person === person) ||
    model.codes.some((code) => code.person === person && isOnItsWay(model, code))
  );
}

/** Time's own end of things: what expired is dead and forgotten. */
export function swept(model: Model): void {
  for (const grant of model.grants) if (grant.expiresAt <= model.now) grant.isAlive = false;
  for (const code of model.codes) if (code.expiresAt <= model.now) code.isSwept = true;
}

export function advanced(model: Model, milliseconds: number): void {
  model.now += milliseconds;
  for (const [person, at] of model.googleUse) if (model.now - at > GOOGLE_IDLE_MS) model.doubtful.add(person);
}
