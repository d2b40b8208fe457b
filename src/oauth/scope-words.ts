/** What each scope means to the person who is asked, for the consent page. The words come from the areas of tools. */

export interface Words {
  area: string;
  reads?: string;
  changes?: string;
}

/** What is said about several scopes; `subject` names what is connected. */
export interface SaidOfScopes {
  reads: string[];
  changes: string[];
  subject: string;
}

export interface ScopeWords {
  /** `offline_access` is every connection's nature and is said elsewhere on the page. */
  describe(scopes: readonly string[]): SaidOfScopes;
  /** A scope as Google's own consent page words it, for telling a person which box was left unticked. */
  nameOf(scope: string): string;
}

export function createScopeWords(words: Readonly<Record<string, Words>>): ScopeWords {
  return {
    describe(scopes) {
      const known = scopes.flatMap((scope) => words[scope] ?? []);
      return {
        reads: known.flatMap(({ reads }) => reads ?? []),
        changes: known.flatMap(({ changes }) => changes ?? []),
        subject: [...new Set(known.map(({ area }) => area))].join(' and '),
      };
    },
    nameOf: (scope) => words[scope]?.reads ?? words[scope]?.changes ?? scope,
  };
}
