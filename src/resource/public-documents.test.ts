/** What anybody may read about the doors: resource metadata, the 2023 manifest, OpenAPI over HTTP. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Hono } from 'hono';
import type { Tool } from '../tools/tool.ts';
import { about } from './about.ts';
import { protectedResourceMetadata } from './metadata.ts';
import { openapi } from './openapi.ts';
import { type PluginParts, plugin, pluginManifest } from './plugin.ts';
import { listShops, removeShop, toyTools } from './toy-doors.fixture.ts';

const publicUrl = 'https://www.ga.example.com';
const scopes = ['analytics.readonly', 'offline_access'];

function site(): Hono {
  const text = about(toyTools, '1.2.3');
  const described = { tools: toyTools, publicUrl, scopes, about: text, operatorEmail: undefined, scopeName: String };
  const resource = protectedResourceMetadata({ publicUrl, resourceUrl: `${publicUrl}/mcp`, scopes, title: text.title });
  const app = new Hono();
  app.all('/.well-known/oauth-protected-resource', resource);
  app.all('/.well-known/oauth-protected-resource/mcp', resource);
  app.all('/openapi.json', openapi({ ...described, format: 'json' }));
  app.all('/openapi.yaml', openapi({ ...described, format: 'yaml' }));
  app.all(
    '/.well-known/ai-plugin.json',
    plugin({ publicUrl, about: text, verificationToken: undefined, operatorEmail: undefined }),
  );
  return app;
}

const get = (path: string, init: RequestInit = {}) => site().request(`${publicUrl}${path}`, init);

describe('protected resource metadata (RFC 9728 2)', () => {
  it('is the same JSON at the root and at the path form', async () => {
    const root = await (await get('/.well-known/oauth-protected-resource')).text();
    assert.equal(await (await get('/.well-known/oauth-protected-resource/mcp')).text(), root);
    assert.deepEqual(JSON.parse(root), {
      resource: `${publicUrl}/mcp`,
      authorization_servers: [publicUrl],
      scopes_supported: ['analytics.readonly'],
      bearer_methods_supported: ['header'],
      resource_name: 'GanalyticsGPT',
      resource_documentation: `${publicUrl}/`,
      resource_policy_uri: `${publicUrl}/privacy`,
      resource_tos_uri: `${publicUrl}/terms`,
    });
  });
});

describe('every public document', () => {
  const documents = [
    ['/.well-known/oauth-protected-resource', 'application/json'],
    ['/openapi.json', 'application/json'],
    ['/openapi.yaml', 'application/yaml'],
    ['/.well-known/ai-plugin.json', 'application/json'],
  ] as const;

  for (const [path, type] of documents) {
    it(`can be read by any page at ${path}`, async () => {
      const response = await get(path, { headers: { Origin: 'https://inspector.example.net' } });
      assert.equal(response.status, 200);
      assert.equal(response.headers.get('content-type'), `${type}; charset=utf-8`);
      assert.equal(response.headers.get('access-control-allow-origin'), '*');
      assert.equal(response.headers.get('cache-control'), 'public, max-age=300');
      assert.equal(response.headers.get('x-content-type-options'), 'nosniff');
    });

    it(`answers HEAD, preflights and wrong methods at ${path}`, async () => {
      const head = await get(path, { method: 'HEAD' });
      assert.equal(head.status, 200);
      assert.equal(await head.text(), '');
      const preflight = await get(path, { method: 'OPTIONS' });
      assert.equal(preflight.status, 204);
      assert.match(preflight.headers.get('access-control-allow-headers') ?? '', /MCP-Protocol-Version/);
      const posted = await get(path, { method: 'POST', body: '{}' });
      assert.equal(posted.status, 405);
      assert.equal(posted.headers.get('allow'), 'GET, HEAD, OPTIONS');
    });
  }

  it('says the same in YAML as in JSON', async () => {
    const json = JSON.stringify(await (await get('/openapi.json')).json());
    const yaml = await (await get('/openapi.yaml')).text();
    assert.match(yaml, /^openapi: "3\.1\.0"\ninfo:\n {2}title: "GanalyticsGPT"\n/);
    const texts = [...json.matchAll(/"(?:[^"\\]|\\.)*"(?=[,}\]])/g)].map(([text]) => text);
    for (const text of texts) assert.ok(yaml.includes(text), text);
  });
});

describe('the 2023 plugin manifest', () => {
  const manifest = (parts: Partial<PluginParts> = {}) => {
    const all = {
      publicUrl,
      about: about(toyTools, '1'),
      verificationToken: undefined,
      operatorEmail: undefined,
      ...parts,
    };
    return pluginManifest(all) as Record<string, string> & {
      auth: Record<string, unknown>;
      api: Record<string, unknown>;
    };
  };

  it('names the authorization endpoint client_url and the token endpoint authorization_url', () => {
    assert.deepEqual(manifest().auth, {
      type: 'oauth',
      client_url: `${publicUrl}/authorize`,
      scope: '',
      authorization_url: `${publicUrl}/token`,
      authorization_content_type: 'application/json',
      verification_tokens: {},
    });
    assert.deepEqual(manifest().api, {
      type: 'openapi',
      url: `${publicUrl}/openapi.json`,
      is_user_authenticated: true,
    });
  });

  it('carries the verification token once there is one', () => {
    assert.deepEqual(manifest({ verificationToken: 'abc' }).auth.verification_tokens, { openai: 'abc' });
  });

  it('has every field that the format asks for, all on its own domain', () => {
    assert.deepEqual(Object.keys(manifest()).sort(), [
      'api',
      'auth',
      'contact_email',
      'description_for_human',
      'description_for_model',
      'legal_info_url',
      'logo_url',
      'name_for_human',
      'name_for_model',
      'schema_version',
    ]);
    assert.equal(manifest().logo_url, `${publicUrl}/logo.png`);
    assert.equal(manifest().legal_info_url, `${publicUrl}/terms`);
    assert.equal(manifest().contact_email, 'support@ga.example.com');
    assert.equal(manifest({ operatorEmail: 'help@ga.example.com' }).contact_email, 'help@ga.example.com');
  });
});

describe('the words about this server', () => {
  const variants: [string, readonly Tool[]][] = [
    ['Analytics only', [listShops]],
    ['a calendar only', [removeShop]],
    ['both areas', toyTools],
  ];
  for (const [what, tools] of variants) {
    it(`fit both published sets of limits with ${what}`, () => {
      const text = about(tools, '1');
      assert.ok(text.title.length <= 20);
      assert.match(text.name, /^[a-z0-9_]{1,50}$/);
      assert.ok(text.summary.length <= 100);
      assert.ok(text.instructions.length <= 8000);
      assert.doesNotMatch(text.title, /google|mcp|plugin/i);
    });
  }

  it('speak of the calendar only when there are tools for it', () => {
    assert.doesNotMatch(about([listShops], '1').instructions, /[Cc]alendar/);
    assert.match(about(toyTools, '1').instructions, /Google Calendar/);
    assert.doesNotMatch(about([removeShop], '1').instructions, /Analytics/);
  });
});
