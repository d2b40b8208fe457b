/** What an authorization request may ask, and in whose hands each fault is put. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { PageError, RedirectableError } from '../errors.ts';
import { aClient } from '../store/conformance-records.ts';
import type { Client } from '../store/records.ts';
import { checkRedirectTarget, checkRequest } from './authorization-request.ts';

const HERE = 'https://a.example/cb';
const ELSEWHERE = 'https://b.example/cb';
const CHALLENGE = 'c'.repeat(43);
const OFFERED = { scopes: ['analytics.readonly', 'offline_access'], resource: 'https://ga.example.com/mcp' };
const PUBLIC = aClient({ kind: 'registered', authMethods: ['none'] });

const query = (fields: Record<string, string>) => new Map(Object.entries(fields));

describe('where the answer to an authorization request goes (RFC 6749 3.1.2)', () => {
  it('is the one registered URI when the request names none, and the one it names otherwise', () => {
    assert.deepEqual(checkRedirectTarget(aClient(), query({ state: 'x' })), { redirectUri: HERE, state: 'x' });
    const two = aClient({ redirectUris: [HERE, ELSEWHERE] });
    const named = checkRedirectTarget(two, query({ redirect_uri: ELSEWHERE }));
    assert.deepEqual(named, { redirectUri: ELSEWHERE, state: undefined });
  });

  for (const [what, redirectUris, fields] of [
    ['none of two registered ones', [HERE, ELSEWHERE], {}],
    ['none, and none is registered', [], {}],
    ['one that is not registered', [HERE], { redirect_uri: ELSEWHERE }],
  ] as [string, string[], Record<string, string>][]) {
    it(`is nowhere when the request names ${what}`, () => {
      assert.throws(() => checkRedirectTarget(aClient({ redirectUris }), query(fields)), {
        name: 'PageError',
        problem: 'redirect-uri-unregistered',
        status: 400,
        message: 'the redirect URI is not registered for this client',
        command: undefined,
      });
    });
  }
});

describe('the command that allows a custom GPT its callback address', () => {
  const commandFor = (uri: string, client: Client) => {
    try {
      checkRedirectTarget(client, query({ redirect_uri: uri }));
    } catch (error) {
      if (error instanceof PageError) return error.command;
      throw error;
    }
    return assert.fail(`${uri} is registered`);
  };

  for (const uri of [
    'https://chatgpt.com/aip/g-1_A-z/oauth/callback',
    'https://chat.openai.com/aip/g/oauth/callback',
    `https://chatgpt.com/aip/${'g'.repeat(100)}/oauth/callback`,
  ]) {
    it(`is shown for ${uri.slice(0, 60)} and a client of the operator’s`, () => {
      const command = ['npx', 'ganalyticsgpt', 'clients', 'add-redirect', '--', 'client', uri];
      assert.deepEqual(commandFor(uri, aClient()), command);
      assert.equal(commandFor(uri, aClient({ kind: 'registered' })), undefined);
    });
  }

  for (const uri of [
    'xhttps://chatgpt.com/aip/g-1/oauth/callback',
    'https://chatgpt.com/aip/g-1/oauth/callback/more',
    'https://chatgpt.com/aip//oauth/callback',
    'https://chatgpt.com/aip/g.1/oauth/callback',
    `https://chatgpt.com/aip/${'g'.repeat(101)}/oauth/callback`,
    'https://chatgpt.example/aip/g-1/oauth/callback',
    'https://chatgptxcom/aip/g-1/oauth/callback',
  ]) {
    it(`is not shown for ${uri.slice(0, 60)}, which is not OpenAI’s`, () => {
      assert.equal(commandFor(uri, aClient()), undefined);
    });
  }
});

describe('an authorization request of a known client (RFC 6749 4.1.1)', () => {
  const target = { redirectUri: HERE, state: 'a state' };
  const ask = (fields: Record<string, string>, client = aClient(), given = target) =>
    checkRequest(client, given, query({ response_type: 'code', ...fields }), OFFERED);

  it('becomes where to answer, what is asked for and how the code is proved', () => {
    const asked = { code_challenge: CHALLENGE, code_challenge_method: 'S256', scope: 'analytics.readonly' };
    assert.deepEqual(ask({ ...asked, response_mode: 'query' }), {
      ...target,
      scopes: ['analytics.readonly'],
      resource: 'https://ga.example.com/mcp',
      codeChallenge: CHALLENGE,
    });
  });

  it('may leave PKCE, scope and state out when the client proves itself with a secret', () => {
    const stateless = { redirectUri: HERE, state: undefined };
    const checked = checkRequest(aClient(), stateless, query({ response_type: 'code' }), OFFERED);
    assert.deepEqual(checked, { ...stateless, ...OFFERED, codeChallenge: undefined });
  });

  for (const [fields, code, description, client] of [
    [{ response_type: '' }, 'unsupported_response_type', 'This server answers response_type=code only.'],
    [{ response_type: 'token' }, 'unsupported_response_type', 'This server answers response_type=code only.'],
    [{ request: 'x' }, 'invalid_request', 'Request objects are not supported; send plain parameters.'],
    [{ request_uri: 'x' }, 'invalid_request', 'Request objects are not supported; send plain parameters.'],
    [{ response_mode: 'fragment' }, 'invalid_request', 'This server answers response_mode=query only.'],
    [
      { scope: 'drive' },
      'invalid_scope',
      'None of the requested scopes is known here. Known are: analytics.readonly offline_access.',
    ],
    [
      { resource: 'https://b.example' },
      'invalid_target',
      'This server issues tokens for https://ga.example.com/mcp only.',
    ],
    [{ code_challenge_method: 'S256' }, 'invalid_request', 'code_challenge_method was sent without code_challenge.'],
    [{}, 'invalid_request', 'code_challenge is missing: this client must use PKCE with S256 (RFC 7636).', PUBLIC],
    [{ code_challenge: CHALLENGE }, 'invalid_request', 'code_challenge_method must be S256.'],
    [
      { code_challenge: CHALLENGE, code_challenge_method: 'plain' },
      'invalid_request',
      'code_challenge_method must be S256.',
    ],
    [
      { code_challenge: 'short', code_challenge_method: 'S256' },
      'invalid_request',
      'code_challenge is not a base64url SHA-256 of 43 characters.',
    ],
  ] as [Record<string, string>, string, string, Client?][]) {
    it(`with ${JSON.stringify(fields).slice(0, 60)}${client ? ' of a public client' : ''} is refused: ${description}`, () => {
      assert.throws(() => ask(fields, client), { name: 'RedirectableError', code, message: description, target });
    });
  }

  it('without a response_type is told what would do', () => {
    assert.throws(() => checkRequest(aClient(), target, query({}), OFFERED), {
      code: 'invalid_request',
      message: 'response_type is missing; this server answers response_type=code.',
    });
  });

  it('is refused without its state when that is too long to travel, and carries one that just fits', () => {
    const fits = { redirectUri: HERE, state: 's'.repeat(4096) };
    assert.equal(ask({}, aClient(), fits).state, fits.state);
    assert.throws(() => ask({}, aClient(), { redirectUri: HERE, state: 's'.repeat(4097) }), {
      name: 'RedirectableError',
      code: 'invalid_request',
      message: 'state is longer than 4096 characters.',
      target: { redirectUri: HERE, state: undefined },
    });
  });

  it('is not blamed for a fault of this server', () => {
    const broken = { scopes: OFFERED.scopes, resource: 'no URL' };
    const request = query({ response_type: 'code', resource: 'https://b.example' });
    assert.throws(
      () => checkRequest(aClient(), target, request, broken),
      (error: unknown) => error instanceof TypeError && !(error instanceof RedirectableError),
    );
  });
});
