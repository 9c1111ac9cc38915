import type { RunListener } from '../engine/index.ts';
import { shown } from '../problem/shown.ts';

/** A longer line is printed before its end. */
const longestLine = 4_096;

/** Prints the output of stages one line at a time, each with the name of its stage. */
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

/** For a line that was overwritten, as progress bars do, only what a terminal would show in the end. */
function lineOf(stage: string, line: string): string {
  return `${stage} | ${shown(line.trimEnd().split('\r').at(-1)!)}`;
}
