import { Option } from 'commander';
import { planPipeline } from '../../engine/index.ts';
import type { LocalStore } from '../../engine/store/index.ts';
import { collectionJson, collectionText } from '../../report/collection.ts';
import type { CliCommand } from '../command.ts';
import type { CliContext } from '../context.ts';
import { jsonText } from '../display.ts';
import { exitCodes } from '../exit-codes.ts';
import { addSourceOptions, addStoreOptions, bytes, milliseconds, type PipelineOptions } from '../options.ts';
import { findRun, summaryOf } from '../past-run.ts';
import { readGraph } from '../pipeline.ts';
import { openProject } from '../project.ts';
import { openCatalogue, openStoreThere, usualStoreLimit, worldAround } from '../workspace.ts';

interface GcOptions extends PipelineOptions {
  /** Milliseconds. */
  readonly olderThan?: number;
  /** Bytes. */
  readonly maxSize?: number;
  readonly yes: boolean;
}

export const command: CliCommand = {
  declare: (command) =>
    addStoreOptions(addSourceOptions(command))
      .description('remove results that are no longer needed; without --yes, only list them')
      .argument('[pipelines...]', 'keep what these pipelines use, with their overlays and sweeps')
      .addOption(
        new Option('--older-than <age>', 'remove only what was not used for this long, e.g. 30d').argParser(
          milliseconds,
        ),
      )
      .addOption(
        new Option('--max-size <size>', 'remove until at most this much is left, least recently used first').argParser(
          bytes,
        ),
      )
      .option('-y, --yes', 'remove, instead of listing what would be removed', false)
      .addHelpText(
        'after',
        `
Examples:
  pipe gc --older-than 30d                                          list what would be removed
  pipe gc --older-than 30d --yes                                    remove it
  pipe gc --max-size 20GB pipelines/consistency.yaml --yes          down to 20 GB, but keep this pipeline
  pipe gc pipelines/consistency.yaml --sweep params.temperature=1,4,10 --yes   keep only these variants

Overlays, settings and sweeps apply to every pipeline. Data that a running process uses is kept. If no pipeline is named,
the last run and its results are kept; with neither age nor size, the limit is --max-size ${usualStoreLimit.text}.`,
      ),
  run: gc,
};

/** `pipe gc`: lists results that nobody needs any more; with `--yes`, removes them. */
async function gc(context: CliContext, pipelines: readonly string[], options: GcOptions): Promise<number> {
  const project = await openProject(context, pipelines[0]);
  const store = await openStoreThere(project, options.artifacts, { readonly: false });
  try {
    const { olderThan } = options;
    const isBounded = olderThan !== undefined || options.maxSize !== undefined || pipelines.length > 0;
    const maxSize = isBounded ? options.maxSize : usualStoreLimit.bytes;
    const collection = await store.collect({
      keep: pipelines.length > 0 ? await keysOf(context, pipelines, options, store) : await lastRun(store, context),
      dryRun: !options.yes,
      ...(olderThan !== undefined && { olderThan }),
      ...(maxSize !== undefined && { maxSize }),
    });
    const text = options.json
      ? jsonText(collectionJson(collection, options.yes))
      : collectionText(collection, options.yes);
    context.stdout.write(text);
    return exitCodes.done;
  } finally {
    await store.close();
  }
}

/** The last run, and the keys of everything that it computed or reused. */
async function lastRun(store: LocalStore, { stderr }: CliContext): Promise<ReadonlySet<string>> {
  const last = findRun(store.runs, 'last');
  if (!last) return new Set();
  stderr.write(`kept: the last run, ${last.id}, and its results\n`);
  const { stages } = await summaryOf(last, store);
  return new Set([last.id, ...stages.flatMap(({ key }) => key ?? [])]);
}

/** The keys that running these pipelines now would need, as far as they are known. */
async function keysOf(
  context: CliContext,
  pipelines: readonly string[],
  options: GcOptions,
  store: LocalStore,
): Promise<ReadonlySet<string>> {
  const keys = new Set<string>();
  for (const pipeline of pipelines) {
    const project = await openProject(context, pipeline);
    const graph = await readGraph(project, pipeline, options, openCatalogue(project));
    const { stages } = await planPipeline(graph, store, worldAround(project, store));
    // Also of what would run, because its checkpoints belong to its key.
    for (const { forecast } of stages) if (forecast.state !== 'after') keys.add(forecast.key);
  }
  return keys;
}
