import { readFile } from 'node:fs/promises';
import {
  type Curve,
  curvesFile,
  curvesOutput,
  type RunSummary,
  readCurves,
  type StageRecord,
  type StageSummary,
} from '../../engine/index.ts';
import type { LocalStore, LoggedRun } from '../../engine/store/index.ts';
import { ConfigurationError, EnvironmentError } from '../../problem/errors.ts';
import {
  type DiffedResult,
  diffJson,
  requestDiff,
  resultDiff,
  resultDiffText,
  runDiffText,
  type StagePair,
} from '../../report/diff.ts';
import { hasResult } from '../../report/results/experiment.ts';
import { commandOf } from '../../report/runs.ts';
import { moment } from '../../report/units.ts';
import type { CliCommand } from '../command.ts';
import type { CliContext } from '../context.ts';
import { jsonText } from '../display.ts';
import { exitCodes } from '../exit-codes.ts';
import { addStoreOptions, type StoreCommandOptions } from '../options.ts';
import { findRun, isBeginning, runNamed, stagesOfRun, summaryOf } from '../past-run.ts';
import { openProject } from '../project.ts';
import { openStoreThere } from '../workspace.ts';

export const command: CliCommand = {
  declare: (command) =>
    addStoreOptions(command)
      .description('compare two runs, or two results: settings, metrics, curves, code, machine')
      .argument(
        '<a>',
        'a run (id, name, last, -2), or a result (STAGE@RUN, a stage of the last run, or the beginning of a key)',
      )
      .argument('[b]', 'another run or result', 'last')
      .addHelpText(
        'after',
        `
Examples:
  pipe diff -2                                        the run before the last, and the last
  pipe diff baseline wide                             two runs by their names
  pipe diff 'student{temperature=4}' 'student{temperature=10}'
  pipe diff student@-2 student                        one stage in two runs
  pipe diff 0a1e9ac4 91bc33d0                         two results by their keys`,
      ),
  run: diff,
};

/** `pipe diff`: shows how two runs or two results differ; only reads the store. */
async function diff(context: CliContext, first: string, second: string, options: StoreCommandOptions): Promise<number> {
  const store = await openStoreThere(await openProject(context), options.artifacts, { readonly: true });
  const [a, b] = [await operand(first, store), await operand(second, store)];
  const { stdout } = context;
  if ('record' in a && 'record' in b) {
    stdout.write(options.json ? jsonText(resultsJson(a, b)) : resultDiffText(a, b));
  } else if ('run' in a && 'run' in b) {
    const pairs = await pairsOf(a.summary, b.summary, store);
    const asked = requestDiff(a.run.request, b.run.request);
    if (options.json) {
      const stages = pairs.map(({ id, diff: found, before, after }) => ({
        id,
        before: before?.key ?? null,
        after: after?.key ?? null,
        ...(found && diffJson(found)),
      }));
      stdout.write(jsonText({ runs: [a.run.id, b.run.id], asked: asked.map((each) => ({ ...each })), stages }));
    } else {
      stdout.write(runDiffText([headOf(a.run), headOf(b.run)], asked, pairs));
    }
  } else {
    const hint = 'name two runs or two results; write STAGE@RUN for a stage of a run';
    const message = `${first} and ${second} cannot be compared: one is a run, the other a result.`;
    throw new ConfigurationError([{ message, origin: { option: `diff ${first} ${second}` }, hint }]);
  }
  return exitCodes.done;
}

type Operand = DiffedResult | { readonly run: LoggedRun; readonly summary: RunSummary };

async function operand(name: string, store: LocalStore): Promise<Operand> {
  const run = findRun(store.runs, name);
  if (run) return { run, summary: await summaryOf(run, store) };
  // Stages have no such names.
  if (/^-\d+$/u.test(name)) runNamed(store, name);
  const [, stage = name, ofRun] = /^(.+)@([^@{}]+)$/u.exec(name) ?? [];
  if (ofRun === undefined) {
    const byKey = (await store.records()).filter(({ record }) => isBeginning(name, record.key));
    if (byKey.length === 1) return diffed(name, byKey[0]!.record, store);
  }
  const summary = await summaryOf(runNamed(store, ofRun ?? 'last', name), store);
  return diffed(name, await recordOf(stagesOfRun(summary, stage, name), name, store), store);
}

async function recordOf(stages: readonly StageSummary[], name: string, store: LocalStore): Promise<StageRecord> {
  const [stage] = stages;
  const refuse = (message: string, hint: string) =>
    new ConfigurationError([{ message, origin: { option: name }, hint }]);
  if (!stage || new Set(stages.map(({ key }) => key)).size > 1) {
    throw refuse(
      `"${name}" stands for several results.`,
      `name one of them: ${stages.map(({ id }) => `'${id}'`).join(', ')}`,
    );
  }
  if (!hasResult(stage)) throw refuse(`${stage.id} has no result: ${stage.because}.`, 'name another run, as STAGE@RUN');
  const lookup = await store.find(stage.key!);
  if (lookup.state !== 'miss') return lookup.record;
  throw refuse(`The result of ${stage.id}, ${stage.key}, is no longer in the store.`, 'run the pipeline again');
}

async function diffed(name: string, record: StageRecord, store: LocalStore): Promise<DiffedResult> {
  return { name, record, curves: await curvesOf(record, store) };
}

/** The curves that a record kept; empty if it kept none, or they are damaged. */
async function curvesOf({ outputs }: StageRecord, store: LocalStore): Promise<ReadonlyMap<string, Curve>> {
  const output = outputs[curvesOutput];
  if (!output) return new Map();
  try {
    return readCurves(await readFile(await store.open(output, curvesFile), 'utf8'));
  } catch (error) {
    if (error instanceof EnvironmentError || error instanceof SyntaxError) return new Map();
    throw error;
  }
}

/** The stages of two runs by their ids; those with different results in both are compared. */
async function pairsOf(a: RunSummary, b: RunSummary, store: LocalStore): Promise<readonly StagePair[]> {
  const ids = [...new Set([...a.stages, ...b.stages].map(({ id }) => id))];
  return Promise.all(
    ids.map(async (id) => {
      const [before, after] = [a, b].map(({ stages }) => stages.find((stage) => stage.id === id));
      const isComparable = before && after && hasResult(before) && hasResult(after) && before.key !== after.key;
      const found = isComparable ? await Promise.all([before, after].map(({ key }) => store.find(key!))) : [];
      const [first, second] = found.flatMap((lookup) => (lookup.state === 'miss' ? [] : lookup.record));
      if (!first || !second) return { id, before, after, diff: undefined };
      return { id, before, after, diff: resultDiff(await diffed(id, first, store), await diffed(id, second, store)) };
    }),
  );
}

function resultsJson(a: DiffedResult, b: DiffedResult) {
  return { results: [a.record.key, b.record.key], ...diffJson(resultDiff(a, b)) };
}

function headOf({ id, started, request }: LoggedRun): string {
  return `run ${id} of ${moment(started)}: ${commandOf(request)}`;
}
