import { CommanderError } from 'commander';
import { commandLine } from './command-line.ts';
import { sayError } from './errors.ts';
import { exitCodes } from './exit-codes.ts';
import type { Handlers } from './handlers.ts';
import type { Surroundings } from './surroundings.ts';
import { packageVersion } from './version.ts';

/** Does what was typed, and resolves to the exit status; every error has been said by then. */
export async function runProgram(surroundings: Surroundings): Promise<number> {
  let exitCode: number = exitCodes.done;
  const program = commandLine(packageVersion, handlersIn(surroundings), surroundings, (code) => {
    exitCode = code;
  });
  try {
    await program.parseAsync([...surroundings.arguments], { from: 'user' });
    return exitCode;
  } catch (error) {
    if (!(error instanceof CommanderError)) return sayError(error, (text) => surroundings.stderr.write(text));
    // Commander has said what is wrong; help and version that were asked for are no errors.
    return error.exitCode === 0 ? exitCodes.done : exitCodes.configuration;
  }
}

/** Each command is loaded when it is asked for: `pipe --help` should not wait for the scheduler. */
function handlersIn(surroundings: Surroundings): Handlers {
  return {
    run: async (...typed) => (await import('./commands/run.ts')).run(surroundings, ...typed),
    plan: async (...typed) => (await import('./commands/plan.ts')).plan(surroundings, ...typed),
    explain: async (...typed) => (await import('./commands/explain.ts')).explain(surroundings, ...typed),
    compare: async (...typed) => (await import('./commands/compare.ts')).compare(surroundings, ...typed),
    export: async (...typed) => (await import('./commands/export.ts')).exportOutput(surroundings, ...typed),
    runs: async (...typed) => (await import('./commands/runs.ts')).runs(surroundings, ...typed),
    show: async (...typed) => (await import('./commands/show.ts')).show(surroundings, ...typed),
    report: async (...typed) => (await import('./commands/report.ts')).report(surroundings, ...typed),
    verify: async (...typed) => (await import('./commands/verify.ts')).verify(surroundings, ...typed),
    gc: async (...typed) => (await import('./commands/gc.ts')).gc(surroundings, ...typed),
    setup: async (...typed) => (await import('./commands/setup.ts')).setup(surroundings, ...typed),
    doctor: async (...typed) => (await import('./commands/doctor.ts')).doctor(surroundings, ...typed),
  };
}
