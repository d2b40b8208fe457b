/**
 * Which client a request to the token endpoint says that it comes from, in the header or the body. Proves nothing: it is
 * for limits, which must be checked before the work of proving anything is done (authenticate.ts does that).
 */
import type { Parameters } from '../../http/parameters.ts';

export function namedClient(authorization: string | undefined, body: Parameters): string | undefined {
  const [, encoded = ''] = /^Basic +(\S+)$/i.exec(authorization?.trim() ?? '') ?? [];
  const [basicId] = Buffer.from(encoded, 'base64').toString('utf8').split(':', 1);
  return body.get('client_id') ?? (basicId || undefined);
}
