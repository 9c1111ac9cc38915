import { shown } from '../problem/shown.ts';

/** The outside as a command sees it; `main.ts` takes it from the process, and nothing else in `src/cli` does. */
export interface CliContext {
  /** What was typed after `pipe`. */
  readonly arguments: readonly string[];
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly directory: string;
  readonly stdout: Outlet;
  readonly stderr: Outlet;
  /** Opened when it is first asked for: most commands read nothing. */
  stdin(): NodeJS.ReadStream;
}

/** The outside as the process has it. */
export interface ProcessContext extends Omit<CliContext, 'stdout' | 'stderr'> {
  readonly stdout: NodeJS.WriteStream;
  readonly stderr: NodeJS.WriteStream;
}

/** Where a command writes: the one way to standard output and standard error, so that no text steers the terminal by accident. */
export interface Outlet {
  /** Writes text; control characters in it are shown, not obeyed. */
  write(text: string): void;
  readonly isTTY: boolean;
  /** How wide the terminal is; undefined if there is none. */
  readonly columns: number | undefined;
  /** The stream itself, for what is colored or redrawn: text that is not pipe's own passes through `shown` before it goes there. */
  readonly stream: NodeJS.WriteStream;
}

/** What commands are given of a process. */
export function contextOf(process: ProcessContext): CliContext {
  return { ...process, stdout: outletTo(process.stdout), stderr: outletTo(process.stderr) };
}

function outletTo(stream: NodeJS.WriteStream): Outlet {
  return {
    write: (text) => void stream.write(shown(text)),
    isTTY: stream.isTTY === true,
    get columns() {
      return stream.columns;
    },
    stream,
  };
}
