/**
 * Reads the forms of a plain HTML page: fields, boxes, buttons, and what pressing one would send.
 *
 * Owns: as much HTML as hand-written pages use. Does not own: fetching pages (browser.ts) nor which button a person
 * presses (person.ts). No script runs here, and none is needed.
 */

export interface Field {
  name: string;
  value: string;
  /** `hidden`, `text`, `checkbox` …; `textarea` for that element. */
  type: string;
  isChecked: boolean;
}

export interface Button {
  name: string;
  value: string;
  /** What stands on it. */
  text: string;
}

export interface Form {
  /** As written; empty means the page's own address. */
  action: string;
  method: 'GET' | 'POST';
  fields: Field[];
  buttons: Button[];
}

export function readForms(html: string): Form[] {
  const visible = html.replaceAll(/<!--[\s\S]*?-->|<(script|style)\b[\s\S]*?<\/\1\s*>/gi, '');
  return [...visible.matchAll(/<form\b((?:[^>"']|"[^"]*"|'[^']*')*)>([\s\S]*?)<\/form\s*>/gi)].map(
    ([, head = '', inside = '']) => {
      const attributes = readAttributes(head);
      return {
        action: attributes.get('action') ?? '',
        method: attributes.get('method')?.toLowerCase() === 'post' ? 'POST' : 'GET',
        fields: readFields(inside),
        buttons: readButtons(inside),
      };
    },
  );
}

/** Text of the first such element, without tags. */
export function readText(html: string, element: 'title' | 'h1'): string | undefined {
  const inside = new RegExp(`<${element}\\b[^>]*>([\\s\\S]*?)</${element}\\s*>`, 'i').exec(html)?.[1];
  return inside === undefined ? undefined : textOf(inside);
}

/** What a browser sends when the button is pressed (HTML, "Constructing the entry list"). */
export function entriesOf(form: Form, button: Button, isTicked: (field: Field) => boolean): [string, string][] {
  const sent = form.fields.filter((field) => field.type !== 'checkbox' || isTicked(field));
  const entries = sent.map(({ name, value }): [string, string] => [name, value]);
  return button.name === '' ? entries : [...entries, [button.name, button.value]];
}

const TAG = /<(input|button|textarea)\b((?:[^>"']|"[^"]*"|'[^']*')*)>(?:([\s\S]*?)<\/\1\s*>)?/gi;

interface Control {
  element: string;
  attributes: ReadonlyMap<string, string>;
  inside: string;
}

function controlsOf(html: string): Control[] {
  // An input has no end tag, so what follows one must not be swallowed in search of it.
  const closed = html.replaceAll(/<input\b((?:[^>"']|"[^"]*"|'[^']*')*)>/gi, (tag) => `${tag}</input>`);
  return [...closed.matchAll(TAG)]
    .map(([, element = '', head = '', inside = '']) => ({
      element: element.toLowerCase(),
      attributes: readAttributes(head),
      inside,
    }))
    .filter(({ attributes }) => !attributes.has('disabled'));
}

const BUTTON_TYPES = ['submit', 'image', 'button', 'reset'];

function readFields(html: string): Field[] {
  return controlsOf(html)
    .filter(({ element, attributes }) => element !== 'button' && !BUTTON_TYPES.includes(typeOf(attributes)))
    .filter(({ attributes }) => (attributes.get('name') ?? '') !== '')
    .map(({ element, attributes, inside }) => ({
      name: attributes.get('name') ?? '',
      value: element === 'textarea' ? decode(inside) : (attributes.get('value') ?? defaultValue(attributes)),
      type: element === 'textarea' ? 'textarea' : typeOf(attributes),
      isChecked: attributes.has('checked'),
    }));
}

function readButtons(html: string): Button[] {
  return controlsOf(html)
    .filter(({ element, attributes }) =>
      element === 'button' ? (attributes.get('type') ?? 'submit').toLowerCase() === 'submit' : isSubmit(attributes),
    )
    .map(({ attributes, inside }) => ({
      name: attributes.get('name') ?? '',
      value: attributes.get('value') ?? '',
      text: textOf(inside) || (attributes.get('value') ?? ''),
    }));
}

function typeOf(attributes: ReadonlyMap<string, string>): string {
  return attributes.get('type')?.toLowerCase() ?? 'text';
}

function isSubmit(attributes: ReadonlyMap<string, string>): boolean {
  return ['submit', 'image'].includes(typeOf(attributes));
}

function defaultValue(attributes: ReadonlyMap<string, string>): string {
  return typeOf(attributes) === 'checkbox' ? 'on' : '';
}

function readAttributes(head: string): Map<string, string> {
  const found = head.matchAll(/([^\s"'<>/=]+)(?:\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'=<>`]+)))?/g);
  const attributes = new Map<string, string>();
  for (const [, name = '', double, single, bare] of found) {
    // The first of two attributes of one name counts (HTML, "duplicate-attribute").
    if (!attributes.has(name.toLowerCase())) attributes.set(name.toLowerCase(), decode(double ?? single ?? bare ?? ''));
  }
  return attributes;
}

const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'", nbsp: '\u00a0' };

function decode(text: string): string {
  return text.replaceAll(/&(?:#(\d+)|#x([0-9a-f]+)|(\w+));/gi, (whole, decimal, hex, name) => {
    if (name !== undefined) return ENTITIES[String(name).toLowerCase()] ?? whole;
    const point = decimal === undefined ? Number.parseInt(hex, 16) : Number(decimal);
    return point <= 0x10ffff ? String.fromCodePoint(point) : whole;
  });
}

function textOf(html: string): string {
  return decode(html.replaceAll(/<[^>]*>/g, ' '))
    .replaceAll(/\s+/g, ' ')
    .trim();
}
