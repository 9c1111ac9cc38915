import { createLogUpdate } from 'log-update';
import { type Progress, ProgressMeter } from '../engine/index.ts';
import type { LiveOptions } from './live.ts';
import { progressLine } from './progress-line.ts';

/** Shows one task's progress: a bar on a terminal, a line per step elsewhere. */
export function taskDisplay({ stream, palette, now }: LiveOptions): {
  progress(progress: Progress): void;
  end(): void;
} {
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
      log(progressLine(progress, meter.update(progress, now()), stream.columns, palette.cyan));
    },
    end() {
      log.clear();
      log.done();
    },
  };
}
