import { createLogUpdate } from 'log-update';
import colors from 'picocolors';
import type { Progress } from '../engine/index.ts';
import { bar, progressWords } from './progress-line.ts';
import { ProgressMeter } from './progress-rate.ts';

/** Shows one task's progress: a bar on a terminal, a line per step elsewhere. @param now seconds on a steady clock. */
export function setupDisplay(
  stream: NodeJS.WriteStream,
  now: () => number,
): { progress(progress: Progress): void; end(): void } {
  const meter = new ProgressMeter();
  if (!stream.isTTY) {
    let last = '';
    return {
      progress({ label }) {
        if (label !== last) stream.write(`${label}\n`);
        last = label;
      },
      end: () => undefined,
    };
  }
  const log = createLogUpdate(stream);
  return {
    progress(progress) {
      log(
        `${colors.cyan(bar(progress.done, progress.total))}  ${progressWords(progress, meter.update(progress, now()))}`,
      );
    },
    end: () => log.done(),
  };
}
