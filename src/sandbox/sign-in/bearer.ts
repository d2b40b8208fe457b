/** The token of an `Authorization: Bearer …` header (RFC 6750 2.1); undefined for no header or another scheme. */
export function bearerToken(authorization: string | undefined): string | undefined {
  return /^Bearer +([^\s]+)$/i.exec(authorization ?? '')?.[1];
}
