import { isMeant, newestFirst, type StageRecord } from '../../engine/index.ts';
import type { LocalStore, LoggedRun } from '../../engine/store/index.ts';
import { ConfigurationError } from '../../problem/errors.ts';
import { didYouMean } from '../../problem/suggest.ts';
import { recordJson, recordText } from '../../report/record.ts';
import { runJson, runText } from '../../report/runs.ts';
import type { CliCommand } from '../command.ts';
import type { CliContext } from '../context.ts';
import { jsonText, widthOf } from '../display.ts';
import { exitCodes } from '../exit-codes.ts';
import { addStoreOptions, type StoreCommandOptions } from '../options.ts';
import { findRun, interruptionOf, isBeginning, summaryOf } from '../past-run.ts';
import { openProject } from '../project.ts';
import { openStoreThere } from '../workspace.ts';

export const command: CliCommand = {
  declare: (command) =>
    addStoreOptions(command)
      .description('show a run, or everything about a result: inputs, settings, machine, earlier results')
      .argument('<what>', 'a run (id, name, last, -2), a stage or a variant of it, or the beginning of a key')
      .addHelpText(
        'after',
        '\nExamples:\n  pipe show last\n  pipe show 20261124-011415\n  pipe show student\n  pipe show student{temperature=4}\n  pipe show 0a1e9ac42353',
      ),
  run: show,
};

/** `pipe show`: shows everything stored about a run, or about a result with its provenance and its predecessors. */
async function show(context: CliContext, what: string, { artifacts, json }: StoreCommandOptions): Promise<number> {
  const store = await openStoreThere(await openProject(context), artifacts, { readonly: true });
  const { stdout } = context;
  const run = findRun(store.runs, what);
  if (run) {
    const events = store.runs.events(run.id);
    const interrupted = interruptionOf(run, store);
    const after = interrupted ? `\n${context.asTyped(interrupted.words)}\n` : '';
    stdout.write(json ? jsonText({ ...runJson(run), events }) : `${runText(run, events, widthOf(stdout))}${after}`);
    return exitCodes.done;
  }
  const records = newestFirst((await store.records()).map(({ record }) => record));
  const asked = (await resultOfLastRun(what, store)) ?? recordNamed(what, records, store.runs.list());
  const history = records.filter((record) => record.key !== asked.key && stageOf(record) === stageOf(asked));
  const pathOf = (output: Parameters<LocalStore['pathOf']>[0]) => store.pathOf(output);
  stdout.write(
    json ? jsonText(recordJson(asked, history, pathOf)) : recordText(asked, history, pathOf, widthOf(stdout)),
  );
  return exitCodes.done;
}

/** The result of a stage in the last run. @throws ConfigurationError if the name stands for several of its results. */
async function resultOfLastRun(what: string, store: LocalStore): Promise<StageRecord | undefined> {
  const last = findRun(store.runs, 'last');
  const stages = last ? (await summaryOf(last, store)).stages.filter((stage) => isMeant(what, stage)) : [];
  const keys = new Set(stages.flatMap(({ key }) => key ?? []));
  if (keys.size > 1) {
    const hint = `name one of them: ${stages.map(({ id }) => `'${id}'`).join(', ')}`;
    throw new ConfigurationError([
      { message: `"${what}" stands for ${keys.size} results of the last run.`, origin: { option: what }, hint },
    ]);
  }
  const [key] = keys;
  const lookup = key === undefined ? undefined : await store.find(key);
  return lookup?.state === 'hit' ? lookup.record : undefined;
}

/** The newest record of a stage, or the one whose key begins with this. */
function recordNamed(what: string, records: readonly StageRecord[], runs: readonly LoggedRun[]): StageRecord {
  const ofStage = records.find((record) => stageOf(record) === what);
  if (ofStage) return ofStage;
  const byKey = records.filter(({ key }) => isBeginning(what, key));
  if (byKey.length === 1) return byKey[0]!;
  const origin = { option: what };
  if (byKey.length > 1) {
    const keys = byKey.map(({ key }) => key.slice(0, what.length + 4)).join(', ');
    throw new ConfigurationError([
      { message: `Several keys begin with this: ${keys}.`, origin, hint: 'type more of the key' },
    ]);
  }
  const stages = [...new Set(records.map(stageOf))];
  const known = [...stages, ...runs.map(({ id }) => id)];
  const hint =
    didYouMean(what, known) ?? `stages with results: ${stages.join(', ') || 'none'}; pipe runs lists the runs`;
  throw new ConfigurationError([{ message: `There is no run, stage or key "${what}" here.`, origin, hint }]);
}

function stageOf({ provenance }: StageRecord): string {
  return String(provenance['stage']);
}
