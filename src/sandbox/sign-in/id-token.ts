/**
 * What an ID token says (OpenID Connect Core 2, 3.1.3.6): who signed in, for which client, with which access token.
 *
 * Owns: the claims, by granted scope. Does not own: keys (keys.ts), nor the same facts as userinfo prints them
 * (profileClaims here is what both share).
 */
import { createHash } from 'node:crypto';
import type { Person } from '../world.ts';
import type { Keys } from './keys.ts';
import { personOf, type Token } from './links.ts';
import { emailScope, profileScope } from './scopes.ts';

const lifetimeSeconds = 3600;

export interface IdTokenParts {
  issuer: string;
  keys: Keys;
  now: () => Date;
}

export function idToken({ issuer, keys, now }: IdTokenParts, access: Token, nonce?: string): Promise<string> {
  const iat = Math.floor(now().getTime() / 1000);
  const half = createHash('sha256').update(access.token).digest().subarray(0, 16);
  return keys.sign({
    iss: issuer,
    azp: access.clientId,
    aud: access.clientId,
    ...profileClaims(personOf(access.link), access.scopes, issuer),
    at_hash: half.toString('base64url'),
    ...(nonce !== undefined && { nonce }),
    iat,
    exp: iat + lifetimeSeconds,
  });
}

/** Who the person is, as far as the scopes tell. No `hd`: everybody here has a personal account. */
export function profileClaims(person: Person, scopes: readonly string[], issuer: string) {
  return {
    sub: person.sub,
    ...(scopes.includes(emailScope) && { email: person.email, email_verified: true }),
    ...(scopes.includes(profileScope) && {
      name: person.name,
      picture: `${issuer}/sandbox/pictures/${person.sub}.svg`,
      given_name: person.givenName,
      family_name: person.familyName,
    }),
  };
}
