import { CommanderError } from 'commander';
import { commandLine } from './command-line.ts';
import type { CliContext } from './context.ts';
import { sayError } from './errors.ts';
import { exitCodes } from './exit-codes.ts';
import type { Handlers } from './handlers.ts';
import { packageVersion } from './version.ts';

/** Does what was typed, and resolves to the exit status; every error has been said by then. */
export async function runProgram(context: CliContext): Promise<number> {
  let exitCode: number = exitCodes.done;
  const program = commandLine(packageVersion, handlersIn(context), context, (code) => {
    exitCode = code;
  });
  try {
    await program.parseAsync([...context.arguments], { from: 'user' });
    return exitCode;
  } catch (error) {
    if (!(error instanceof CommanderError)) return sayError(error, (text) => context.stderr.write(text));
    // Commander has said what is wrong; help and version that were asked for are no errors.
    return error.exitCode === 0 ? exitCodes.done : exitCodes.configuration;
  }
}

/** Each command is loaded when it is asked for: `pipe --help` should not wait for the scheduler. */
function handlersIn(context: CliContext): Handlers {
  return {
    run: async (...typed) => (await import('./commands/run.ts')).run(context, ...typed),
    plan: async (...typed) => (await import('./commands/plan.ts')).plan(context, ...typed),
    explain: async (...typed) => (await import('./commands/explain.ts')).explain(context, ...typed),
    compare: async (...typed) => (await import('./commands/compare.ts')).compare(context, ...typed),
    export: async (...typed) => (await import('./commands/export.ts')).exportOutput(context, ...typed),
    runs: async (...typed) => (await import('./commands/runs.ts')).runs(context, ...typed),
    show: async (...typed) => (await import('./commands/show.ts')).show(context, ...typed),
    report: async (...typed) => (await import('./commands/report.ts')).report(context, ...typed),
    verify: async (...typed) => (await import('./commands/verify.ts')).verify(context, ...typed),
    gc: async (...typed) => (await import('./commands/gc.ts')).gc(context, ...typed),
    setup: async (...typed) => (await import('./commands/setup.ts')).setup(context, ...typed),
    doctor: async (...typed) => (await import('./commands/doctor.ts')).doctor(context, ...typed),
  };
}
