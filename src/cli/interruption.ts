import { once } from 'node:events';
import { constants } from 'node:os';
import { InterruptedError } from '../problem/errors.ts';

/** A request to stop, as a signal. */
export interface Interruption {
  readonly signal: AbortSignal;
  end(): void;
}

const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/**
 * The first Ctrl-C (or SIGTERM, or a closed terminal) asks the run to stop at its next step; a second Ctrl-C stops at once, and reports
 * what remains.
 */
export function interruption(
  say: (line: string) => void,
  atOnce: () => string = () => 'stopped at once',
): Interruption {
  const controller = new AbortController();
  const onSignal = (name: NodeJS.Signals) => {
    if (controller.signal.aborted) {
      // A closed terminal sends two signals, one from the system and one from its shell.
      if (name === 'SIGHUP') return;
      say(atOnce());
      process.exit(128 + constants.signals[name]);
    }
    say('stopping at the next step; press again to stop at once');
    controller.abort(new InterruptedError(`stopped by ${name}`, { hint: 'run the same command again to continue' }));
  };
  for (const name of signals) process.on(name, onSignal);
  return {
    signal: controller.signal,
    end: () => {
      for (const name of signals) process.off(name, onSignal);
    },
  };
}

/** Waits for Ctrl-C, SIGTERM, or a closed terminal. */
export async function untilInterrupted(): Promise<void> {
  const stop = new AbortController();
  const waits = signals.map((name) => once(process, name, { signal: stop.signal }));
  await Promise.race(waits);
  // Errors of the remaining connections are expected.
  for (const wait of waits) wait.catch(() => undefined);
  stop.abort();
}
