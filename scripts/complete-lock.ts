/**
 * Lists every platform's optional packages in package-lock.json, also those that the registry at hand does not carry.
 *
 * `npm ci` refuses a lock file that leaves one out, even one for another platform that it would never install. Needed
 * after a dependency changed behind a registry mirror; elsewhere npm does it alone. An added entry has no integrity hash:
 * npm checks it on the platform concerned against the registry's own.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

interface Package {
  version?: string;
  dev?: boolean;
  optional?: boolean;
  os?: string[];
  cpu?: string[];
  libc?: string[];
  optionalDependencies?: Record<string, string>;
}

const SYSTEMS = ['aix', 'android', 'darwin', 'freebsd', 'linux', 'netbsd', 'openbsd', 'openharmony', 'sunos', 'win32'];
const PROCESSORS = ['arm64', 'arm', 'ia32', 'loong64', 'mips64el', 'ppc64', 'riscv64', 's390x', 'wasm32', 'x64'];

/** Platform packages carry their platform in their name: `binding-linux-x64-musl`. */
function platformOf(name: string): Pick<Package, 'os' | 'cpu' | 'libc'> | undefined {
  const words = name.split(/[/-]/);
  const system = words.find((word) => SYSTEMS.includes(word));
  const processor = words.find((word) => PROCESSORS.includes(word));
  if (system === undefined || processor === undefined) return undefined;
  const libc = words.some((word) => word.startsWith('musl'))
    ? ['musl']
    : words.some((word) => word.startsWith('gnu'))
      ? ['glibc']
      : undefined;
  return { os: [system], cpu: [processor], ...(libc === undefined ? {} : { libc }) };
}

const file = join(import.meta.dirname, '../package-lock.json');
const lock = JSON.parse(readFileSync(file, 'utf8')) as { packages: Record<string, Package> };
const added: string[] = [];

for (const parent of Object.values(lock.packages)) {
  for (const [name, version] of Object.entries(parent.optionalDependencies ?? {})) {
    const path = `node_modules/${name}`;
    const platform = platformOf(name);
    const isExact = /^\d+\.\d+\.\d+[\w.-]*$/.test(version);
    if (path in lock.packages || platform === undefined || !isExact) continue;
    lock.packages[path] = { version, ...(parent.dev ? { dev: true } : {}), optional: true, ...platform };
    added.push(`${name}@${version}`);
  }
}

const byName = ([one]: [string, Package], [other]: [string, Package]) => one.localeCompare(other, 'en');
lock.packages = Object.fromEntries(Object.entries(lock.packages).sort(byName));
writeFileSync(file, `${JSON.stringify(lock, null, 2)}\n`);
for (const name of added) console.log(`added ${name}`);
console.log(`${added.length} added`);
