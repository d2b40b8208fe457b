/**
 * JSON data as YAML 1.2: block style for structure, every text in double quotes as JSON writes it.
 *
 * JSON's strings, numbers, booleans and null are YAML's own, so nothing here has to know which bare words YAML would
 * read as something else. Does not own: reading YAML.
 */

export function toYaml(value: unknown): string {
  return `${emit(value, '').replace(/^\n/, '')}\n`;
}

/** The text after a `key:` or a `-`: a scalar on the same line, or a block on the next ones. */
function emit(value: unknown, indent: string): string {
  if (Array.isArray(value) && value.length > 0) {
    return value.map((item) => `\n${indent}-${after(emit(item, `${indent}  `))}`).join('');
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
    const entries = Object.entries(value).filter(([, member]) => member !== undefined);
    if (entries.length > 0) {
      return entries.map(([name, member]) => `\n${indent}${key(name)}:${after(emit(member, `${indent}  `))}`).join('');
    }
  }
  return JSON.stringify(value);
}

function after(text: string): string {
  return text.startsWith('\n') ? text : ` ${text}`;
}

/** Bare only where no reader could take it for anything but a text: `on`, `y` and numbers are quoted. */
function key(name: string): string {
  const isPlain = /^[A-Za-z$_][\w$-]*$/.test(name) && !/^(y|n|yes|no|on|off|true|false|null)$/i.test(name);
  return isPlain ? name : JSON.stringify(name);
}
