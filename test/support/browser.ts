/**
 * A real Chromium for tests, on any Linux with npm only: a system Chromium or Chrome where one starts, else the one that
 * the npm package @sparticuz/chromium brings, unpacked once.
 *
 * Owns: finding, unpacking and starting it, and its flags: it runs as root in a sandbox and reaches nothing but
 * loopback. Does not own: what a page should look like (branding.ts and the tests). There is no way to skip: a test that
 * needs a browser gets one or fails with the reason.
 */
import { execFile } from 'node:child_process';
import { accessSync, constants, existsSync } from 'node:fs';
import { mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { delimiter, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { type Browser, chromium } from 'playwright-core';

const run = promisify(execFile);

export interface TestBrowser {
  browser: Browser;
  /** Where it came from, for a failing test's message. */
  executablePath: string;
  close(): Promise<void>;
}

const FLAGS = [
  // Root inside a container has no user namespace to sandbox with, and often a tiny /dev/shm.
  '--no-sandbox',
  '--disable-dev-shm-usage',
  '--disable-gpu',
  // Nothing of its own accord: no updates, no field trials, no look-ups, and the same pixels everywhere.
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-domain-reliability',
  '--disable-sync',
  '--metrics-recording-only',
  '--no-first-run',
  '--no-pings',
  '--font-render-hinting=none',
  '--hide-scrollbars',
  // No network but loopback, whatever a page or a proxy variable asks for.
  '--no-proxy-server',
  '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1, EXCLUDE ::1',
];

/** Starts a browser. Close it in `after`, or the test process stays up. */
export async function launchBrowser(): Promise<TestBrowser> {
  const failures: string[] = [];
  for (const executablePath of systemBrowsers()) {
    const browser = await start(executablePath, {}).catch((cause: unknown) => failures.push(firstLine(cause)));
    if (typeof browser !== 'number') return handle(browser, executablePath);
  }

  const folder = await unpackedChromium();
  const executablePath = join(folder, 'chromium');
  const fonts = { FONTCONFIG_FILE: join(folder, 'fonts.conf') };
  // Its own copies of NSS come second: where the system has them, they fit the system's other libraries better.
  for (const env of [fonts, { ...fonts, LD_LIBRARY_PATH: join(folder, 'al2023', 'lib') }]) {
    const browser = await start(executablePath, env).catch((cause: unknown) => failures.push(firstLine(cause)));
    if (typeof browser !== 'number') return handle(browser, executablePath);
  }
  throw new Error(`no Chromium starts here:\n${failures.join('\n')}`);
}

function start(executablePath: string, env: Record<string, string>): Promise<Browser> {
  const inherited = Object.entries(process.env).filter((entry): entry is [string, string] => entry[1] !== undefined);
  return chromium.launch({
    executablePath,
    args: FLAGS,
    env: { ...Object.fromEntries(inherited), ...env },
    timeout: 30_000,
  });
}

function handle(browser: Browser, executablePath: string): TestBrowser {
  return { browser, executablePath, close: () => browser.close() };
}

function firstLine(cause: unknown): string {
  return cause instanceof Error ? cause.message.split('\n').slice(0, 12).join('\n') : String(cause);
}

/** Every Chromium or Chrome that the machine itself offers. `CHROME_PATH` comes first, as other tools have it. */
function systemBrowsers(): string[] {
  const names = ['chromium', 'chromium-browser', 'google-chrome-stable', 'google-chrome', 'chrome'];
  const folders = (process.env.PATH ?? '').split(delimiter).filter((folder) => folder !== '');
  const found = folders.flatMap((folder) => names.map((name) => join(folder, name)));
  const mac = '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome';
  return [process.env.CHROME_PATH ?? '', ...found, mac].filter(isExecutable);
}

function isExecutable(path: string): boolean {
  if (path === '') return false;
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false; // absent or not ours to run: the next candidate
  }
}

/**
 * The folder with npm's Chromium, unpacked beside the packages, so that `npm ci` clears it and a new version gets a new
 * one. Test files run in parallel processes: each unpacks into a folder of its own and the first rename wins, hence
 * nobody ever starts a half-written binary.
 */
async function unpackedChromium(): Promise<string> {
  const require = createRequire(import.meta.url);
  const packageFolder = dirname(dirname(dirname(require.resolve('@sparticuz/chromium'))));
  const { version } = require(join(packageFolder, 'package.json')) as { version: string };
  const cache = join(packageFolder, '..', '..', '.cache', 'ganalyticsgpt');
  const folder = join(cache, `chromium-${version}`);
  if (existsSync(folder)) return folder;

  await mkdir(cache, { recursive: true });
  const staging = await mkdtemp(join(cache, 'unpacking-'));
  try {
    // The package unpacks into the temporary folder it sees, and brings NSS along only where it believes to be in AWS
    // Lambda; a process of its own can be told both without touching ours.
    const program = `import chromium from ${JSON.stringify(require.resolve('@sparticuz/chromium').replace('/cjs/index.cjs', '/esm/index.js'))}; await chromium.executablePath();`;
    const env = { ...process.env, TMPDIR: staging, AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs24.x' };
    await run(process.execPath, ['--input-type=module', '--eval', program], { env });
    await writeFile(join(staging, 'fonts.conf'), fontsConf(join(folder, 'fonts')));
    await rename(staging, folder);
  } catch (cause) {
    await rm(staging, { recursive: true, force: true });
    if (!existsSync(folder)) throw new Error('the Chromium from npm cannot be unpacked', { cause });
  }
  return folder;
}

/** The package's Open Sans as the default face, so that screenshots look the same on a machine with no fonts at all. */
function fontsConf(fonts: string): string {
  const preferred = ['sans-serif', 'system-ui'].map(
    (family) => `<alias binding="strong"><family>${family}</family><prefer><family>Open Sans</family></prefer></alias>`,
  );
  return `<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
  <include ignore_missing="yes">/etc/fonts/fonts.conf</include>
  <dir>${fonts}</dir>
  <cachedir>${fonts}/cache</cachedir>
  ${preferred.join('\n  ')}
</fontconfig>
`;
}
