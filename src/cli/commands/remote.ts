import { Option } from 'commander';
import { planPipeline, systemClock } from '../../engine/index.ts';
import { ConfigurationError, EnvironmentError } from '../../problem/errors.ts';
import { type PruneRequest, prune } from '../../remote/prune.ts';
import { RemoteError } from '../../remote/remote.ts';
import { readingFrom, TieredStore } from '../../remote/tiered-store.ts';
import { size } from '../../report/units.ts';
import type { CliCommand } from '../command.ts';
import { type CliContext, warn } from '../context.ts';
import { jsonText } from '../display.ts';
import { exitCodes } from '../exit-codes.ts';
import {
  addActions,
  addSourceOptions,
  addStoreOptions,
  bytes,
  milliseconds,
  type PipelineOptions,
} from '../options.ts';
import { readGraph } from '../pipeline.ts';
import { openProject, type ProjectContext } from '../project.ts';
import { refuseToWrite } from '../pull-request.ts';
import { addRemoteOptions, type RemoteOptions } from '../remote-options.ts';
import { type OpenRemotes, openRemotes } from '../remotes.ts';
import { openCatalogue, openStoreAt, worldAround } from '../workspace.ts';

interface PruneOptions extends PipelineOptions {
  /** Milliseconds. */
  readonly olderThan?: number;
  /** Bytes. */
  readonly maxSize?: number;
  readonly yes: boolean;
}

type Options = PruneOptions & RemoteOptions;

const actions = {
  status: 'whether each cache answers, and what it has',
  prune: 'list old results, or with --yes, remove them',
};

export const command: CliCommand = {
  declare: (command) =>
    addRemoteOptions(addStoreOptions(addSourceOptions(addActions(command, actions))))
      .description('check the shared caches, or remove old results from them')
      .argument('[pipelines...]', 'status: count the results of these; prune: keep the results of these')
      .addOption(
        new Option('--older-than <age>', 'prune: remove only what was sent this long ago, e.g. 30d').argParser(
          milliseconds,
        ),
      )
      .addOption(
        new Option('--max-size <size>', 'prune: remove until at most this much is left, oldest first').argParser(bytes),
      )
      .option('-y, --yes', 'prune: remove, instead of listing what would be removed', false)
      .addHelpText(
        'after',
        `
Examples:
  pipe remote status pipelines/consistency.yaml
  pipe remote prune --older-than 90d pipelines/consistency.yaml         list what would be removed
  pipe remote prune --older-than 90d pipelines/consistency.yaml --yes   remove it

A plain HTTP cache cannot list its content, so only the server itself can prune it.`,
      ),
  run: (context, ...[action, pipelines, options]: [keyof typeof actions, readonly string[], Options]) =>
    action === 'status' ? status(context, pipelines, options) : pruneAll(context, pipelines, options),
};

/** Reports for each shared cache whether it answers, and which results of the pipelines it has. */
async function status(context: CliContext, pipelines: readonly string[], options: Options): Promise<number> {
  const project = await openProject(context, pipelines[0]);
  const remotes = await openRemotes(project, options, (message) => warn(context, message));
  try {
    const keys = [...(await keysOf(project, pipelines, options, remotes)).values()];
    const states = await Promise.all(
      remotes.remotes.map(async ({ name, remote, access, unsigned }) => {
        try {
          const found = await Promise.all(keys.map((key) => remote.record(key)));
          // A key that no cache has shows whether the cache answers at all.
          await remote.record('0'.repeat(64));
          const results = found.filter((sealed) => sealed !== undefined).length;
          return { name, address: remote.address, access, unsigned, answers: true, results, asked: keys.length };
        } catch (error) {
          return {
            name,
            address: remote.address,
            access,
            unsigned,
            answers: false,
            because: String((error as Error).message),
          };
        }
      }),
    );
    if (options.json) context.stdout.write(jsonText({ remotes: states, canSign: remotes.canSign }));
    else {
      if (states.length === 0)
        context.stdout.write('There is no shared cache: see `remotes` in pipe.project.yaml, or --remote.\n');
      for (const state of states) {
        const what = state.answers
          ? `answers${keys.length > 0 ? `, has ${state.results} of ${keys.length} results` : ''}`
          : `does not answer: ${state.because}`;
        context.stdout.write(
          `${state.name}  ${state.address}  ${state.access}${state.unsigned ? ', unsigned' : ''}  ${what}\n`,
        );
      }
    }
    return states.every(({ answers }) => answers) ? exitCodes.done : exitCodes.environment;
  } finally {
    remotes.close();
  }
}

async function pruneAll(context: CliContext, pipelines: readonly string[], options: Options): Promise<number> {
  refuseToWrite(context.environment, 'remote prune');
  const { olderThan, maxSize, yes } = options;
  if (olderThan === undefined && maxSize === undefined) {
    const hint = 'add --older-than AGE or --max-size SIZE';
    throw new ConfigurationError([
      { message: 'There is no limit to prune by.', origin: { option: 'remote prune' }, hint },
    ]);
  }
  const project = await openProject(context, pipelines[0]);
  const remotes = await openRemotes(project, options, (message) => warn(context, message));
  try {
    const keep = await keysOf(project, pipelines, options, remotes);
    const request: PruneRequest = {
      keep,
      now: systemClock.now(),
      dryRun: !yes,
      ...(olderThan !== undefined && { olderThan }),
      ...(maxSize !== undefined && { maxSize }),
    };
    for (const { remote } of remotes.remotes.filter(({ access }) => access !== 'read')) {
      const pruned = await prune(remote, request).catch((error: unknown) => {
        if (!(error instanceof RemoteError)) throw error;
        throw new EnvironmentError(`${remote.address} could not be pruned: ${error.message}.`, { cause: error });
      });
      if (!pruned)
        throw new EnvironmentError(`${remote.address} cannot list its content.`, {
          hint: 'configure the server to remove old files',
        });
      const { records, objects, bytes: freed } = pruned;
      context.stdout.write(
        options.json
          ? jsonText({ remote: remote.address, ...pruned, done: yes })
          : `${remote.address}: ${records} results and ${objects} objects ${yes ? 'removed' : 'would be removed'}, ${size(freed)}${yes ? '' : '; add --yes to remove them'}\n`,
      );
    }
    return exitCodes.done;
  } finally {
    remotes.close();
  }
}

/** The keys of all stages of the pipelines, as far as local and remote results determine them. */
async function keysOf(
  project: ProjectContext,
  pipelines: readonly string[],
  options: Options,
  remotes: OpenRemotes,
): Promise<ReadonlySet<string>> {
  const store = await openStoreAt(project, options.artifacts, { readonly: true });
  const tiered = new TieredStore(
    store,
    readingFrom(remotes.chain(store), options.trustFrom === undefined ? undefined : remotes.believes(store)),
  );
  const keys = new Set<string>();
  for (const pipeline of pipelines) {
    const graph = await readGraph(project, pipeline, options, openCatalogue(project));
    const { stages } = await planPipeline(graph, tiered, worldAround(project, store));
    for (const { forecast } of stages) if (forecast.state !== 'after') keys.add(forecast.key);
  }
  return keys;
}
