import { resolve } from 'node:path';
import type { BackendChoice } from '../compute/index.ts';
import { type Graph, planPipeline } from '../engine/index.ts';
import { checkWritable } from '../engine/store/index.ts';
import { openTaskDisplay } from './display.ts';
import type { RunOptions } from './handlers.ts';
import { examine, selectionOf, unknownNodes } from './selection.ts';
import type { Surroundings } from './surroundings.ts';
import { openStoreAt, worldAround } from './workspace.ts';

/** What a run begins with. */
export interface Preparation {
  /** Whether there is anything to compute. */
  readonly computes: boolean;
  /** What it is to be computed with, where that is settled. */
  readonly backend: BackendChoice | undefined;
}

/** How a frozen run begins. */
export const nothingToCompute: Preparation = { computes: false, backend: undefined };

/**
 * Brings what the stages without a known result will ask for: TensorFlow for the gpu lane, and what their definitions fetch.
 * Writes nothing to the store, so that a run which cannot begin leaves no trace there.
 */
export async function prepare(
  surroundings: Surroundings,
  graph: Graph,
  options: RunOptions,
  signal: AbortSignal,
): Promise<Preparation> {
  checkWritable(resolve(surroundings.directory, options.artifacts));
  // What is damaged in the store is the run's to say.
  const onWarning = () => undefined;
  const store = await openStoreAt(surroundings, options.artifacts, { readonly: true, onWarning });
  const world = worldAround(surroundings, store);
  const unknown = unknownNodes(graph, await planPipeline(graph, store, world, selectionOf(graph, options)));
  await examine(unknown, world);
  let backend = options.backend;
  if (unknown.some(({ definition }) => definition.lane === 'gpu')) {
    const { ensureBackend } = await import('./tensorflow.ts');
    backend = await ensureBackend(surroundings, options, signal);
  }
  if (unknown.some(({ definition }) => definition.prepare)) {
    const display = await openTaskDisplay(surroundings);
    try {
      for (const { definition, stage } of unknown) {
        await definition.prepare?.(stage.config, world, signal, display.progress);
      }
    } finally {
      display.end();
    }
  }
  return { computes: unknown.length > 0, backend };
}
