import { planPipeline } from '../../engine/index.ts';
import type { LocalStore } from '../../engine/store/index.ts';
import { collectionJson, collectionText } from '../../report/collection.ts';
import type { CliContext } from '../context.ts';
import { exitCodes } from '../exit-codes.ts';
import type { GcOptions } from '../handlers.ts';
import { jsonText } from '../json-text.ts';
import { readGraph } from '../pipeline.ts';
import { usualStoreLimit } from '../store-limit.ts';
import { openCatalogue, openStoreThere, worldAround } from '../workspace.ts';

/** `pipe gc`: says which results nobody needs any more; with `--yes`, removes them. */
export async function gc(context: CliContext, pipelines: readonly string[], options: GcOptions): Promise<number> {
  const store = await openStoreThere(context, options.artifacts, { readonly: false });
  try {
    const { olderThan } = options;
    const isBounded = olderThan !== undefined || options.maxSize !== undefined || pipelines.length > 0;
    const maxSize = isBounded ? options.maxSize : usualStoreLimit.bytes;
    const collection = await store.collect({
      keep: await keysOf(context, pipelines, options, store),
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

/** The keys that running these pipelines now would ask for, as far as they are known. */
async function keysOf(
  context: CliContext,
  pipelines: readonly string[],
  options: GcOptions,
  store: LocalStore,
): Promise<ReadonlySet<string>> {
  const keys = new Set<string>();
  const catalogue = openCatalogue(context);
  for (const pipeline of pipelines) {
    const graph = await readGraph(context, pipeline, options, catalogue);
    const { stages } = await planPipeline(graph, store, worldAround(context, store));
    // Of what would run, too: its checkpoints belong to its key.
    for (const { forecast } of stages) if (forecast.state !== 'after') keys.add(forecast.key);
  }
  return keys;
}
