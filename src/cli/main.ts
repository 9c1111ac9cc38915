import { CommanderError } from 'commander';
import { commandLine, type Handlers } from './arguments.ts';
import { sayError } from './errors.ts';
import { exitCodes } from './exit-codes.ts';
import { packageVersion } from './version.ts';
import type { Surroundings } from './workspace.ts';

const surroundings: Surroundings = {
  environment: process.env,
  directory: process.cwd(),
  stdout: process.stdout,
  stderr: process.stderr,
  stdin: process.stdin,
};

// Each command is loaded when it is asked for: `pipe --help` should not wait for the scheduler.
const handlers: Handlers = {
  run: async (file, options) => (await import('./commands/run.ts')).run(surroundings, file, options),
  plan: async (file, options) => (await import('./commands/plan.ts')).plan(surroundings, file, options),
  explain: async (file, stage, options) =>
    (await import('./commands/explain.ts')).explain(surroundings, file, stage, options),
  setup: async (options) => (await import('./commands/setup.ts')).setupCommand(surroundings, options),
  doctor: async (options) => (await import('./commands/doctor.ts')).doctor(surroundings, options),
};

try {
  await commandLine(packageVersion, handlers, (exitCode) => {
    process.exitCode = exitCode;
  }).parseAsync();
} catch (error) {
  if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? 0 : exitCodes.configuration;
  else process.exitCode = sayError(error, (text) => process.stderr.write(text));
}
