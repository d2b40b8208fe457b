import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type AssetName, assets, assetUrl } from './assets.ts';

const text = (path: string) => new TextDecoder().decode(assets.get(path)?.body);

describe('the assets', () => {
  it('are found under the path of the address that pages use', () => {
    for (const [path, asset] of assets) {
      const url = new URL(assetUrl(path.replace('/assets/', '') as AssetName), 'http://localhost');
      assert.equal(url.pathname, path);
      assert.ok(asset.body.length > 0, path);
    }
  });

  it('get another address when their content changes', () => {
    assert.match(assetUrl('google-g.svg'), /\?v=[\w-]{8}$/);
    assert.notEqual(assetUrl('google-g.svg').split('?')[1], assetUrl('logo.svg').split('?')[1]);
  });

  it('name no place but this server', () => {
    const named = ['/assets/style.css', '/assets/copy.js'].flatMap(
      (path) => text(path).match(/(https?:)?\/\/\w[^\s"')]*/g) ?? [],
    );
    assert.deepEqual(
      named.filter((each) => each.includes('://')),
      [],
    );
    assert.deepEqual(text('/assets/style.css').match(/@import.*|url\((?!"fonts\/).*/g), null);
  });

  it('load the font from the same address that pages preload', () => {
    const [, path] = /url\("([^"]+)"\)/.exec(text('/assets/style.css')) ?? [];
    assert.equal(
      new URL(path ?? '', 'http://localhost/assets/style.css').pathname,
      assetUrl('fonts/google-sans-latin-500.woff2'),
    );
  });

  it('hold a logo of 512 by 512 pixels', () => {
    const png = assets.get('/assets/logo.png')?.body ?? new Uint8Array(24);
    const header = new DataView(png.buffer, png.byteOffset);
    assert.deepEqual([header.getUint32(16), header.getUint32(20)], [512, 512]);
  });

  it('show our logo in none of the colours of the Google mark', () => {
    const colours = (path: string) =>
      text(path)
        .toLowerCase()
        .match(/#[0-9a-f]{6}/g) ?? [];
    const google = colours('/assets/google-g.svg');
    assert.equal(google.length, 4);
    assert.deepEqual(
      colours('/assets/logo.svg').filter((colour) => google.includes(colour)),
      [],
    );
  });
});
