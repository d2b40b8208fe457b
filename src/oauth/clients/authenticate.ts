/**
 * Who calls the token endpoint (RFC 6749 2.3).
 *
 * Owns: one kind of credentials per request, and which method they amount to. Does not own: what stands in a header
 * (named-client.ts), looking a client up (find.ts), what a signed assertion must say (assertion.ts). A confidential client
 * may use Basic or the body without being told beforehand which, since people pick either in the GPT builder.
 */
import { ClientDocumentError, OAuthError, type OAuthReason } from '../../errors.ts';
import type { Parameters } from '../../http/parameters.ts';
import type { Log } from '../../observe/log.ts';
import type { AuthMethod, Client } from '../../store/records.ts';
import type { GrantStore } from '../../store/store.ts';
import { hashSecret, isSame } from '../../vault/token.ts';
import { ASSERTION_TYPE, type CheckAssertion, claimedSubject } from './assertion.ts';
import { FetchesBusy } from './cached-document.ts';
import type { AuthenticatedClient, FindClient } from './find.ts';
import { type BasicCredentials, readBasic } from './named-client.ts';

export interface AuthenticateParts {
  findClient: FindClient;
  checkAssertion: CheckAssertion;
  store: { grants: Pick<GrantStore, 'existsFor'> };
  log: Log;
}

interface Credentials {
  clientId: string;
  proof:
    | { method: 'none' }
    | { method: 'client_secret_basic' | 'client_secret_post'; secret: string }
    | { method: 'private_key_jwt'; assertion: string };
}

/**
 * The client, proved, and how. Throws OAuthError `invalid_client` for an unknown client as for wrong credentials, so that
 * clients whose registration is gone register again; the reason tells the two apart in the log only. Throws
 * `temporarily_unavailable` when what the client publishes about itself cannot be had, which is not the caller's fault.
 */
export async function authenticateClient(
  parts: AuthenticateParts,
  authorization: string | undefined,
  body: Parameters,
): Promise<AuthenticatedClient> {
  const { clientId, proof } = readCredentials(authorization, body);
  const client = await orUnavailable(parts, clientId);
  if (client === undefined) throw refuse({ kind: 'client-unknown' });
  switch (proof.method) {
    case 'none':
      if (!client.authMethods.includes('none')) throw refuse(lacksProof(client));
      return { client, method: 'none' };
    case 'private_key_jwt':
      if (!client.authMethods.includes('private_key_jwt')) throw refuse(wrongMethod('an assertion'));
      return { client, method: await checkSigned(parts, client, proof.assertion) };
    default:
      if (client.secretHash === undefined) throw refuse(wrongMethod('a secret, which it does not have'));
      if (!isSame(hashSecret(proof.secret), client.secretHash)) throw refuse({ kind: 'client-secret-wrong' });
      return { client, method: proof.method };
  }
}

/**
 * The method that a signed request amounts to. When the client's keys cannot be had the assertion proves nothing either way;
 * a client that may come without any proof then counts as one that did. That gives nobody more than leaving the assertion
 * out would, and keeps ChatGPT connected where its host turns servers away. A signature that is wrong is always refused.
 */
async function checkSigned(parts: AuthenticateParts, client: Client, assertion: string): Promise<AuthMethod> {
  try {
    await parts.checkAssertion(client, assertion);
    return 'private_key_jwt';
  } catch (cause) {
    if (cause instanceof FetchesBusy) throw unavailable(cause);
    if (!(cause instanceof ClientDocumentError)) throw cause;
    if (!client.authMethods.includes('none')) throw unavailable(cause);
    parts.log.warn(
      { step: 'token', client: client.clientId, why: cause.message },
      'an assertion could not be verified for want of keys; the client counts as public',
    );
    return 'none';
  }
}

/**
 * A client that people connected must not be told that it is unknown while its host fails: it would give up what is good.
 * Whoever else names a host that does not answer has made a mistake, and not one that this server should report as its own.
 */
async function orUnavailable({ findClient, store }: AuthenticateParts, clientId: string): Promise<Client | undefined> {
  try {
    return await findClient(clientId);
  } catch (cause) {
    if (cause instanceof FetchesBusy) throw unavailable(cause);
    if (!(cause instanceof ClientDocumentError)) throw cause;
    if (cause.kind === 'unreachable' && (await store.grants.existsFor(clientId))) throw unavailable(cause);
    throw refuse({ kind: 'client-document', problem: cause.message });
  }
}

function unavailable(cause: Error): OAuthError {
  const description = 'What the client publishes about itself cannot be read right now. Try again in a moment.';
  return new OAuthError('temporarily_unavailable', description, { cause });
}

function lacksProof(client: Client): OAuthReason {
  return client.secretHash === undefined ? wrongMethod('nothing, but it must sign') : { kind: 'client-secret-wrong' };
}

function wrongMethod(used: string): OAuthReason {
  return { kind: 'client-auth-method', used };
}

function refuse(reason: OAuthReason): OAuthError {
  return new OAuthError('invalid_client', 'The client is unknown here or its credentials are wrong.', { reason });
}

function readCredentials(authorization: string | undefined, body: Parameters): Credentials {
  const basic = readHeader(authorization);
  const secret = body.get('client_secret');
  const assertion = readAssertion(body);
  if ([basic, secret, assertion].filter((one) => one !== undefined).length > 1) {
    throw new OAuthError(
      'invalid_request',
      'Authenticate in one way only: the Authorization header, client_secret in the body, or client_assertion.',
    );
  }
  const bodyId = body.get('client_id');
  const provedId = basic?.clientId ?? (assertion && claimedSubject(assertion));
  if (bodyId !== undefined && provedId !== undefined && bodyId !== provedId) {
    throw new OAuthError('invalid_request', 'client_id in the body differs from the one in the credentials.');
  }
  const clientId = provedId ?? bodyId;
  if (clientId === undefined) throw new OAuthError('invalid_client', 'The request names no client: send client_id.');
  if (assertion !== undefined) return { clientId, proof: { method: 'private_key_jwt', assertion } };
  if (basic?.secret !== undefined) return { clientId, proof: { method: 'client_secret_basic', secret: basic.secret } };
  if (secret !== undefined) return { clientId, proof: { method: 'client_secret_post', secret } };
  return { clientId, proof: { method: 'none' } };
}

/** RFC 7521 4.2: the assertion and its type, or neither. */
function readAssertion(body: Parameters): string | undefined {
  const assertion = body.get('client_assertion');
  const type = body.get('client_assertion_type');
  if (assertion === undefined && type === undefined) return undefined;
  if (assertion === undefined || type === undefined) {
    throw new OAuthError('invalid_request', 'client_assertion and client_assertion_type belong together.');
  }
  if (type !== ASSERTION_TYPE) throw refuse(wrongMethod('an assertion of another type'));
  return assertion;
}

function readHeader(authorization: string | undefined): BasicCredentials | undefined {
  if (authorization === undefined) return undefined;
  const basic = readBasic(authorization);
  if (basic === undefined)
    throw new OAuthError('invalid_client', 'The Authorization header is not HTTP Basic with a client id and a secret.');
  return basic;
}
