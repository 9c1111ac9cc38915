import type { BenchStage } from '../stage.ts';

/** A command line; the program is looked up on the PATH of its tool's environment. */
export type CommandLine = readonly string[];

/** A pipeline tool as the bench uses it. */
export interface Tool {
  readonly name: string;
  /** The files that describe a pipeline to it, by path in a project's folder. */
  describe(stages: readonly BenchStage[]): Readonly<Record<string, string>>;
  /** Updates the last stage. */
  run(last: BenchStage): CommandLine;
  /** Reports what running would do, and does nothing; absent if the tool cannot. */
  plan?(last: BenchStage): CommandLine;
  /** The folder of a project for sources (default: the project's folder). */
  readonly sources?: string;
  /** Run once in a new project. */
  readonly prepare?: readonly CommandLine[];
  /** Run in a project that is no longer needed. */
  readonly leave?: CommandLine;
  /** Added to the environment. */
  readonly environment?: Readonly<Record<string, string>>;
  /** Present if its packages must be linked into a project. */
  readonly usesNodeModules?: boolean;
}

/** JSON, formatted for people. */
export function jsonText(value: unknown): string {
  return `${JSON.stringify(value, null, 1)}\n`;
}
