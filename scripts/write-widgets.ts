/**
 * Builds the widget's page: one HTML file with its style and script inside, from src/widgets/page/.
 *
 * Owns: the bundling, for building only. `npm run widgets` writes assets/report-widget.html, which is committed, so that
 * a running server bundles nothing; a test compares it with what the sources give.
 */
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build, transform } from 'esbuild';
import { markup } from '../src/widgets/page/markup.ts';

const root = join(import.meta.dirname, '..');
const page = join(root, 'src/widgets/page');

export const widgetFile: string = join(root, 'assets/report-widget.html');

export async function buildWidget(): Promise<string> {
  const bundle = await build({
    entryPoints: [join(page, 'page.ts')],
    bundle: true,
    format: 'iife',
    minify: true,
    target: 'es2022',
    charset: 'utf8',
    legalComments: 'none',
    write: false,
  });
  const script = (bundle.outputFiles[0]?.text ?? '').trim().replaceAll('</script', '<\\/script');
  const css = readFileSync(join(page, 'page.css'), 'utf8');
  const style = (await transform(css, { loader: 'css', minify: true })).code.trim();
  return markup({ script, style, scriptHash: sha256(script), styleHash: sha256(style) });
}

function sha256(text: string): string {
  return `sha256-${createHash('sha256').update(text).digest('base64')}`;
}

if (import.meta.main) {
  const html = await buildWidget();
  writeFileSync(widgetFile, html);
  console.log(`wrote assets/report-widget.html, ${html.length} characters`);
}
