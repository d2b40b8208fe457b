/** One code, one family: however often and wherever it is shown. */
import type { Ledger } from '../ledger.ts';
import type { Violate, Witness } from '../witness.ts';

export function watchCodes({ ledger, violate }: { ledger: Ledger; violate: Violate }): Witness {
  const answered = new Map<string, number>();
  return {
    answered({ shown, status, label }) {
      if (shown.kind !== 'code' || status !== 200) return;
      const times = (answered.get(shown.text) ?? 0) + 1;
      answered.set(shown.text, times);
      if (times > 1) violate('codeOnce', `${label}: the same code got tokens ${times} times`);
    },
    changed({ verb }) {
      if (verb !== 'grants.redeem') return;
      const living = [...ledger.grants.values()].filter(({ goneAt }) => goneAt === undefined);
      const refs = new Set(living.map(({ ref }) => ref));
      if (refs.size < living.length)
        violate('oneFamily', `${living.length} living families came out of the codes of ${refs.size} flows`);
      const twice = [...ledger.codes].find(([, { redeemed }]) => redeemed > 1);
      if (twice !== undefined) violate('codeOnce', `the code ${twice[0]} was redeemed more than once`);
    },
  };
}
