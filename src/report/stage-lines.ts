import type { RunListener } from '../engine/index.ts';
import { shown } from '../problem/shown.ts';

/** A line without an end is said once it is so long. */
const longestLine = 4_096;

/** Says what stages write a line at a time, each behind the name of its stage. */
export function stageLines(say: (line: string) => void): RunListener {
  const begun = new Map<string, string>();
  const flush = (stage: string) => {
    const rest = begun.get(stage) ?? '';
    begun.delete(stage);
    if (rest !== '') say(lineOf(stage, rest));
  };
  return (event) => {
    switch (event.type) {
      case 'stage-output': {
        const lines = `${begun.get(event.stage) ?? ''}${event.text}`.split('\n');
        begun.set(event.stage, lines.pop()!);
        for (const line of lines) say(lineOf(event.stage, line));
        if ((begun.get(event.stage)?.length ?? 0) > longestLine) flush(event.stage);
        break;
      }
      case 'stage-started':
      case 'stage-finished':
      case 'stage-failed':
        flush(event.stage);
        break;
      case 'run-finished':
        for (const stage of [...begun.keys()]) flush(stage);
        break;
    }
  };
}

/** Of a line that was written over, as progress bars do, only what a terminal would show at last. */
function lineOf(stage: string, line: string): string {
  return `${stage} | ${shown(line.trimEnd().split('\r').at(-1)!)}`;
}
