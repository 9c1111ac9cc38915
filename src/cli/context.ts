/** The outside as a command sees it; `main.ts` takes it from the process, and nothing else in `src/cli` does. */
export interface CliContext {
  /** What was typed after `pipe`. */
  readonly arguments: readonly string[];
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly directory: string;
  readonly stdout: NodeJS.WriteStream;
  readonly stderr: NodeJS.WriteStream;
  readonly stdin: NodeJS.ReadStream;
}
