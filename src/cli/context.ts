import { shown } from '../problem/shown.ts';

/** The outside world for commands; `main.ts` takes it from the process, and nothing else in `src/cli` does. */
export interface CliContext {
  /** The arguments after `pipe`. */
  readonly arguments: readonly string[];
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly directory: string;
  readonly stdout: Outlet;
  readonly stderr: Outlet;
  /** Opened on demand: most commands read nothing. */
  stdin(): NodeJS.ReadStream;
  /** A text for the user, with the commands in it as this user types them: see `commandsAsTyped`. */
  asTyped(text: string): string;
}

/** The outside world, as the process provides it. */
export interface ProcessContext extends Omit<CliContext, 'stdout' | 'stderr' | 'asTyped'> {
  readonly stdout: NodeJS.WriteStream;
  readonly stderr: NodeJS.WriteStream;
}

/** The output of a command: the only way to standard output and standard error, so that no text can control the terminal by accident. */
export interface Outlet {
  /** Writes text; control characters in it are shown, not executed. */
  write(text: string): void;
  readonly isTTY: boolean;
  /** The width of the terminal; undefined if there is none. */
  readonly columns: number | undefined;
  /** The stream itself, for colored or redrawn output: foreign text must go through `shown` first. */
  readonly stream: NodeJS.WriteStream;
}

/** The part of a process that commands get. */
export function contextOf(process: ProcessContext, asTyped: CliContext['asTyped']): CliContext {
  return { ...process, stdout: outletTo(process.stdout), stderr: outletTo(process.stderr), asTyped };
}

/** Prints a warning to standard error, with the commands in it as this user types them. */
export function warn({ stderr, asTyped }: CliContext, message: string): void {
  stderr.write(`warning: ${asTyped(message)}\n`);
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
