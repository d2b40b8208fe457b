/**
 * What leaves the JavaScript thread: WebCrypto, with which jose checks Google's ID tokens. Its work is counted, so that the
 * scheduler can wait for it, and so that the machine's load never decides who goes next.
 */

let pending = 0;

export function pendingOffThread(): number {
  return pending;
}

const COUNTED = ['importKey', 'verify'] as const;
const { subtle } = globalThis.crypto;
let isCounting = false;

/** From now on, in this process; the second call does nothing. */
export function countOffThread(): void {
  if (isCounting) return;
  isCounting = true;
  for (const name of COUNTED) {
    const real = subtle[name].bind(subtle) as (...args: unknown[]) => Promise<unknown>;
    const counted = async (...args: unknown[]) => {
      pending += 1;
      try {
        return await real(...args);
      } finally {
        pending -= 1;
      }
    };
    Object.defineProperty(subtle, name, { configurable: true, value: counted });
  }
}
