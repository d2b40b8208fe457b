/**
 * Which client a request to the token endpoint says that it comes from, in whichever way it says so. Proves nothing: it is
 * for limits, which must be checked before the work of proving anything is done (authenticate.ts does that).
 *
 * Owns: reading Basic. The limits and the proof read it alike, or a client would have as many limits as its id has spellings.
 */
import type { Parameters } from '../../http/parameters.ts';
import { claimedSubject } from './assertion.ts';

export interface BasicCredentials {
  clientId: string;
  /** Undefined when it is empty, like an empty parameter. */
  secret: string | undefined;
}

export function namedClient(authorization: string | undefined, body: Parameters): string | undefined {
  const assertion = body.get('client_assertion');
  return body.get('client_id') ?? readBasic(authorization)?.clientId ?? (assertion && claimedSubject(assertion));
}

/** RFC 6749 2.3.1: both halves are form-encoded before they are joined. Undefined when the header is anything else. */
export function readBasic(authorization: string | undefined): BasicCredentials | undefined {
  const encoded = /^Basic +([A-Za-z0-9+/_-]+=*)$/i.exec(authorization ?? '')?.[1];
  if (encoded === undefined) return undefined;
  const text = Buffer.from(encoded, 'base64').toString('utf8');
  const colon = text.indexOf(':');
  if (colon <= 0) return undefined;
  return { clientId: formDecode(text.slice(0, colon)), secret: formDecode(text.slice(colon + 1)) || undefined };
}

function formDecode(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    return text; // sent without encoding, as many clients do: take it as it stands
  }
}
