import { escaped, shown, shownData } from '../problem/shown.ts';
import type { Display } from '../report/display.ts';
import { paletteFor } from '../report/palette.ts';
import { plainDisplay } from '../report/plain.ts';
import type { taskDisplay } from '../report/task.ts';
import type { CliContext, Outlet } from './context.ts';

/** Where a command writes what people read, so that standard output is left to the JSON if it is asked for. */
export function humanStream({ stdout, stderr }: CliContext, json: boolean): Outlet {
  return json ? stderr : stdout;
}

/** How wide a text may be: as wide as the terminal, endless elsewhere. */
export function widthOf({ isTTY, columns }: Outlet): number {
  return isTTY && columns !== undefined ? columns : Number.POSITIVE_INFINITY;
}

/** A live table on a terminal that can redraw, plain lines elsewhere. */
export async function openDisplay(context: CliContext, json: boolean): Promise<Display> {
  const { environment } = context;
  const stream = humanStream(context, json);
  if (stream.isTTY && environment['TERM'] !== 'dumb' && !environment['CI']) {
    // Loaded where it is shown: what it stands on takes longer to load than a run that reuses everything.
    const { liveDisplay } = await import('../report/live.ts');
    const { hear, say } = liveDisplay({ stream: stream.stream, palette: paletteFor(stream, environment), now });
    return { hear: (event) => hear(shownData(event)), say: (line) => say(shown(line)) };
  }
  return plainDisplay({ write: together(stream), now });
}

/** Writes what is said in one go at once: a run that reuses hundreds of stages says so in as many lines. */
function together(stream: Outlet): (text: string) => void {
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
  const { progress, end } = taskDisplay({ stream: stderr.stream, palette: paletteFor(stderr, environment), now });
  return { progress: (latest) => progress(shownData(latest)), end };
}

function now(): number {
  return performance.now() / 1000;
}

/** The one object a command prints with `--json`; what would steer a terminal is escaped, which leaves the values what they are. */
export function jsonText(value: object): string {
  return `${escaped(JSON.stringify(value, null, 2))}\n`;
}
