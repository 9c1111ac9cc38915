import type { Display } from '../report/display.ts';
import { paletteFor } from '../report/palette.ts';
import { plainDisplay } from '../report/plain.ts';
import type { taskDisplay } from '../report/task.ts';
import type { CliContext } from './context.ts';

/** Where a command writes what people read, so that standard output is left to the JSON where it is asked for. */
export function humanStream({ stdout, stderr }: CliContext, json: boolean): NodeJS.WriteStream {
  return json ? stderr : stdout;
}

/** How wide a text may be: as wide as the terminal, endless elsewhere. */
export function widthOf(stream: NodeJS.WriteStream): number {
  return stream.isTTY ? stream.columns : Number.POSITIVE_INFINITY;
}

/** A live table on a terminal that can redraw, plain lines elsewhere. */
export async function openDisplay(context: CliContext, json: boolean): Promise<Display> {
  const { environment } = context;
  const stream = humanStream(context, json);
  if (stream.isTTY && environment['TERM'] !== 'dumb' && !environment['CI']) {
    // Loaded where it is shown: what it stands on takes longer to load than a run that reuses everything.
    const { liveDisplay } = await import('../report/live.ts');
    return liveDisplay({ stream, palette: paletteFor(stream, environment), now });
  }
  return plainDisplay({ write: together(stream), now });
}

/** Writes what is said in one go at once: a run that reuses hundreds of stages says so in as many lines. */
function together(stream: NodeJS.WriteStream): (text: string) => void {
  let waiting = '';
  return (text) => {
    if (waiting === '') {
      queueMicrotask(() => {
        stream.write(waiting);
        waiting = '';
      });
    }
    waiting += text;
  };
}

/** Shows the progress of a single task, on standard error. */
export async function openTaskDisplay({ stderr, environment }: CliContext): Promise<ReturnType<typeof taskDisplay>> {
  const { taskDisplay } = await import('../report/task.ts');
  return taskDisplay({ stream: stderr, palette: paletteFor(stderr, environment), now });
}

function now(): number {
  return performance.now() / 1000;
}

/** The one object a command prints with `--json`. */
export function jsonText(value: object): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}
