import type { RunEvent } from '../engine/index.ts';
import { escaped, shown, shownData } from '../problem/shown.ts';
import type { Display } from '../report/display.ts';
import { paletteFor } from '../report/palette.ts';
import { plainDisplay } from '../report/plain.ts';
import type { taskDisplay } from '../report/task.ts';
import type { CliContext, Outlet } from './context.ts';

/** Where a command writes text for people: with `--json`, standard output is reserved for the JSON. */
export function humanStream({ stdout, stderr }: CliContext, json: boolean): Outlet {
  return json ? stderr : stdout;
}

/** The maximum width of a text: that of the terminal, unlimited elsewhere. */
export function widthOf({ isTTY, columns }: Outlet): number {
  return isTTY && columns !== undefined ? columns : Number.POSITIVE_INFINITY;
}

/** A live table on a terminal that can redraw, plain lines elsewhere. */
export async function openDisplay(context: CliContext, json: boolean): Promise<Display> {
  const { environment } = context;
  const stream = humanStream(context, json);
  const asTyped = (event: RunEvent) => eventAsTyped(event, context.asTyped);
  if (stream.isTTY && environment['TERM'] !== 'dumb' && !environment['CI']) {
    // Loaded on demand: its dependencies take longer to load than a run that reuses everything.
    const { liveDisplay } = await import('../report/live.ts');
    const { hear, say } = liveDisplay({ stream: stream.stream, palette: paletteFor(stream, environment), now });
    return { hear: (event) => hear(shownData(asTyped(event))), say: (line) => say(shown(line)) };
  }
  const { hear, say } = plainDisplay({ write: together(stream), now });
  return { hear: (event) => hear(asTyped(event)), say };
}

/** Hints and warnings of an event name commands in the form that the user can type. */
function eventAsTyped(event: RunEvent, asTyped: CliContext['asTyped']): RunEvent {
  if (event.type === 'stage-failed' && event.hint !== undefined) return { ...event, hint: asTyped(event.hint) };
  return event.type === 'warning' ? { ...event, message: asTyped(event.message) } : event;
}

/** Joins what is written at the same time: a run that reuses hundreds of stages prints as many lines. */
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

/**
 * The one object that a command prints with `--json`; characters that would control a terminal are escaped, which does not change the
 * values.
 */
export function jsonText(value: object): string {
  return `${escaped(JSON.stringify(value, null, 2))}\n`;
}
