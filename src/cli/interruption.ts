import { constants } from 'node:os';
import { InterruptedError } from '../problem/errors.ts';

/** A wish to stop, as a signal. */
export interface Interruption {
  readonly signal: AbortSignal;
  end(): void;
}

/** The first Ctrl-C (or SIGTERM) asks the run to stop at its next step; the second stops at once. */
export function interruption(say: (line: string) => void): Interruption {
  const controller = new AbortController();
  const onSignal = (name: NodeJS.Signals) => {
    if (controller.signal.aborted) process.exit(128 + constants.signals[name]);
    say('stopping at the next step; once more stops at once');
    controller.abort(new InterruptedError(`stopped by ${name}`, { hint: 'the same command goes on from here' }));
  };
  process.on('SIGINT', onSignal).on('SIGTERM', onSignal);
  return {
    signal: controller.signal,
    end: () => void process.off('SIGINT', onSignal).off('SIGTERM', onSignal),
  };
}
