import { spawn } from 'node:child_process';
import { type StageJob, visitStage } from '../../engine/index.ts';
import { ConfigurationError, EnvironmentError } from '../../problem/errors.ts';
import { containment, uncontained } from '../../process/containment.ts';
import { endOwnMarked, markVariable } from '../../process/mark.ts';
import { placeVariables } from '../../workers/place-variables.ts';
import { prepareAside, warnOfSecrets, withOneStage } from '../aside.ts';
import type { CliCommand } from '../command.ts';
import type { CliContext } from '../context.ts';
import { exitCodes } from '../exit-codes.ts';
import {
  addArtifactsOption,
  addPastRunOption,
  addSourceOptions,
  addStageArguments,
  pipelineAndStage,
  type SourceOptions,
  type StageArguments,
} from '../options.ts';

/** The options of `pipe shell`. */
interface ShellOptions extends SourceOptions {
  readonly artifacts?: string;
  readonly run?: string;
  readonly command?: string;
}

export const command: CliCommand = {
  declare: (command) =>
    addStageArguments(
      addPastRunOption(addArtifactsOption(addSourceOptions(command))),
      'a stage that runs a command, or one variant of it',
    )
      .description("open a shell in a temporary folder with a command's files and environment")
      .option('--command <command>', 'run this with /bin/sh instead of opening a shell; exit code 1 if it fails')
      .addHelpText(
        'after',
        '\nExamples:\n  pipe shell train\n  pipe shell pipe.yaml train\n  pipe shell train --command env',
      ),
  run: (context, ...[first, second, options]: StageArguments<ShellOptions>) =>
    shell(context, ...pipelineAndStage(first, second), options),
};

/** `pipe shell`: opens a shell where the command of a stage would run. */
async function shell(
  context: CliContext,
  pipeline: string | undefined,
  stage: string,
  options: ShellOptions,
): Promise<number> {
  const { stderr } = context;
  return withOneStage(context, { pipeline, stage, options }, async ({ found, node, store, stop }) => {
    const { workplace } = node.definition;
    if (!workplace) throw noCommand(node.id, stage);
    const { world, machine } = await prepareAside(found, [node], 'shell', store, stop.signal);
    warnOfSecrets(context, node, world);
    return visitStage(found.graph, node, { store, world }, async (job) => {
      stop.signal.throwIfAborted();
      stop.end();
      const processes = { mark: job.mark, contain: job.contain, environment: placeVariables(job, machine) };
      const { config, inputs, scratch } = job;
      const { folder, environment, command: own } = await workplace({ config, inputs, scratch, processes });
      const words =
        options.command === undefined
          ? [context.environment['SHELL'] || '/bin/sh']
          : ['/bin/sh', '-c', options.command];
      if (options.command === undefined) {
        stderr.write(
          `${node.id} would run here, in ${folder}:\n${own.trimEnd()}\nThe folder is removed when you leave this shell.\n`,
        );
      }
      const terminal = options.command === undefined ? { TERM: context.environment['TERM'] } : {};
      const code = await started(words, folder, { ...terminal, ...environment }, job, machine.environment);
      if (options.command === undefined || code === 0) return exitCodes.done;
      stderr.write(`the command ended with exit code ${code}\n`);
      return exitCodes.stageFailed;
    });
  });
}

function noCommand(id: string, typed: string): ConfigurationError {
  const message = `${id} is not a command stage, so there is no folder to open a shell in.`;
  return new ConfigurationError([{ message, origin: { option: typed }, hint: '`pipe try` runs it and keeps nothing' }]);
}

/** Runs a program on this terminal until it ends, contained like the command of a stage. Resolves to its exit code. */
async function started(
  words: readonly string[],
  folder: string,
  environment: Readonly<Record<string, string | undefined>>,
  { contain, mark }: StageJob,
  surrounding: CliContext['environment'],
): Promise<number> {
  const { namespace } = contain ? await containment(surrounding) : uncontained;
  const [program, ...rest] = [...(namespace?.alone ?? []), ...words];
  const child = spawn(program!, rest, {
    cwd: folder,
    env: { ...environment, [markVariable]: mark },
    stdio: 'inherit',
  });
  // Ctrl-C is for what runs in the shell.
  const ignore = () => undefined;
  const end = () => child.kill('SIGKILL');
  process.on('SIGINT', ignore).on('SIGTERM', end).on('SIGHUP', end);
  try {
    return await new Promise((resolve, reject) => {
      child.on('error', (cause) => reject(notStarted(words[0]!, cause)));
      child.on('close', (code) => resolve(code ?? exitCodes.interrupted));
    });
  } finally {
    process.off('SIGINT', ignore).off('SIGTERM', end).off('SIGHUP', end);
    if (!namespace) endOwnMarked(mark);
  }
}

function notStarted(program: string, cause: Error): EnvironmentError {
  return new EnvironmentError(`${program} could not be started: ${cause.message}`, {
    hint: 'set SHELL to a shell that exists',
    cause,
  });
}
