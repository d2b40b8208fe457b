/** ALLOWED_ACCOUNTS: which Google accounts may connect. Pure. Asked at sign-in, at each refresh and at each call. */

export type MayConnect = (email: string | undefined) => boolean;

/** Entries are lower-case e-mail addresses or `@domain`; only a verified address counts. */
export function createAccountPolicy(allowed: readonly string[] | undefined): MayConnect {
  if (allowed === undefined) return () => true;
  const entries = new Set(allowed);
  return (email) => {
    const address = email?.toLowerCase();
    return address !== undefined && (entries.has(address) || entries.has(address.slice(address.lastIndexOf('@'))));
  };
}
