import { StringDecoder } from 'node:string_decoder';
import { setTimeout as delay } from 'node:timers/promises';
import type { StageSummary } from '../../engine/index.ts';
import type { LocalStore, LogName } from '../../engine/store/index.ts';
import { ConfigurationError } from '../../problem/errors.ts';
import type { CliCommand } from '../command.ts';
import type { CliContext } from '../context.ts';
import { exitCodes } from '../exit-codes.ts';
import { addArtifactsOption, addPastRunOption } from '../options.ts';
import { runNamed, stagesOfRun, summaryOf } from '../past-run.ts';
import { openProject } from '../project.ts';
import { openStoreThere } from '../workspace.ts';

/** The options of `pipe logs`. */
interface LogsOptions {
  readonly artifacts?: string;
  readonly follow: boolean;
  readonly run?: string;
}

/** How long `--follow` waits before it looks again. */
const lookMilliseconds = 200;

export const command: CliCommand = {
  declare: (command) =>
    addPastRunOption(addArtifactsOption(command))
      .description('print what a stage wrote to its standard output and error')
      .argument('<stage>', 'a stage of the last run, or one variant of it')
      .option('-f, --follow', 'print new output until the stage ends', false)
      .addHelpText(
        'after',
        '\nExamples:\n  pipe logs train\n  pipe logs train --follow\n  pipe logs train --run 20261124-011415',
      ),
  run: logs,
};

/** `pipe logs`: prints the output of a stage in a run; for a reused result, its output when it was computed. */
async function logs(context: CliContext, stage: string, options: LogsOptions): Promise<number> {
  const { stdout, stderr } = context;
  const project = await openProject(context, undefined);
  const store = await openStoreThere(project, options.artifacts, { readonly: true });
  const { id } = runNamed(store, options.run ?? 'last');
  const mayGoOn = () => options.follow && store.runs.find(id)?.state === 'running';
  const found = await logOf(store, stage, id, mayGoOn);
  if (!found) {
    stderr.write(`${await whyNoLog(store, stage, id)}\n`);
    return exitCodes.done;
  }
  const { key, name } = found;
  if (name.run !== id) stderr.write(`from run ${name.run}\n`);
  const decoder = new StringDecoder('utf8');
  for (let position = 0; ; ) {
    const goesOn = mayGoOn();
    const part = store.logs.read(key, name, position);
    if (part.leftOut > 0) stdout.write(`\n... ${part.leftOut} bytes were not kept ...\n`);
    stdout.write(decoder.write(part.bytes));
    position = part.position;
    if (part.bytes.length > 0) continue;
    if (part.isEnded || !goesOn) return exitCodes.done;
    await delay(lookMilliseconds);
  }
}

/** The log to print: for a reused result, that of the run that computed it. Waits for it while it may still begin. */
async function logOf(
  store: LocalStore,
  stage: string,
  run: string,
  mayBegin: () => boolean,
): Promise<{ readonly key: string; readonly name: LogName } | undefined> {
  for (;;) {
    const mayGoOn = mayBegin();
    const { key, state, provenance } = await stageIn(store, stage, run);
    const made = state === 'hit' ? provenance['run'] : run;
    const name = key === undefined ? undefined : store.logs.list(key).find((each) => each.run === made);
    if (key !== undefined && name) return { key, name };
    if (!mayGoOn || state === 'hit') return undefined;
    await delay(lookMilliseconds);
  }
}

/** The log of a result from a shared cache stays where it was computed. */
async function whyNoLog(store: LocalStore, stage: string, run: string): Promise<string> {
  const { state, provenance } = await stageIn(store, stage, run);
  if (state !== 'hit') return `${stage} printed nothing in run ${run}`;
  const made = String(provenance['run']);
  // Two stores may have runs with the same id, begun in the same second; no run reuses what it computed.
  return made !== run && store.runs.find(made)
    ? `${stage} printed nothing in run ${made}`
    : `there is no log of ${stage} here: run ${made} computed its result, and is not in this store`;
}

async function stageIn(store: LocalStore, stage: string, run: string): Promise<StageSummary> {
  const [first, ...others] = stagesOfRun(await summaryOf(runNamed(store, run), store), stage);
  if (others.length === 0) return first;
  const hint = `name one of them: ${[first, ...others].map(({ id }) => `'${id}'`).join(', ')}`;
  const message = `Run ${run} has several variants of "${stage}".`;
  throw new ConfigurationError([{ message, origin: { option: stage }, hint }]);
}
