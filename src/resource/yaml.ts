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
    // A dash is as wide as one step of indentation, so a block's first line fits behind it.
    return value.map((item) => `\n${indent}- ${emit(item, `${indent}  `).trimStart()}`).join('');
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
    const entries = Object.entries(value).filter(([, member]) => member !== undefined);
    if (entries.length > 0) {
      return entries.map(([name, member]) => `\n${indent}${key(name)}:${after(emit(member, `${indent}  `))}`).join('');
    }
  }
  return scalar(value);
}

/** JSON lets stand what YAML 1.1 readers take for a line break or for not printable. */
function scalar(value: unknown): string {
  return JSON.stringify(value).replaceAll(
    /[\u007f-\u009f\u2028\u2029\ufeff]/g,
    (found) => `\\u${found.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

function after(text: string): string {
  return text.startsWith('\n') ? text : ` ${text}`;
}

/** Bare only where no reader could take it for anything but a text: `on`, `y` and numbers are quoted. */
function key(name: string): string {
  const isPlain = /^[A-Za-z$_][\w$-]*$/.test(name) && !/^(y|n|yes|no|on|off|true|false|null)$/i.test(name);
  return isPlain ? name : scalar(name);
}
