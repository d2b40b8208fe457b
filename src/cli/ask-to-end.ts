/**
 * When a running command has been asked to end: SIGTERM, SIGINT (Ctrl-C).
 *
 * Owns: that a second Ctrl-C does not cut answers that are being finished, and that a third one does. Does not own: how
 * the command ends.
 */
const SIGNALS = ['SIGTERM', 'SIGINT'] as const;
const FORCED = 3;
/** 128 and the number of SIGINT, as a shell reports it. */
const EXIT_FORCED = 130;

/** Resolves at the first signal. `onForce` runs at the third, before the process exits. */
export function askedToEnd(say: (message: string) => void, onForce: () => void = () => {}): Promise<void> {
  let asked = 0;
  return new Promise((resolve) => {
    const onSignal = () => {
      asked += 1;
      if (asked === 1) say('ending: running answers are finished first');
      else if (asked < FORCED) say('still finishing running answers; once more ends at once');
      else {
        onForce();
        process.exit(EXIT_FORCED);
      }
      resolve();
    };
    for (const signal of SIGNALS) process.on(signal, onSignal);
  });
}
