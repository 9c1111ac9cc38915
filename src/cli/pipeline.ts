import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { type DefinitionCatalogue, type Graph, mergePipelines } from '../engine/index.ts';
import { readPipelines } from '../schema/index.ts';
import type { CliContext } from './context.ts';
import type { SourceOptions } from './options.ts';
import { readMemory } from './read-memory.ts';

/** Reads the pipeline that the options describe, checks it, and merges the variants of its sweep into one graph. */
export async function readGraph(
  context: CliContext,
  file: string,
  { overlay, set, sweep }: SourceOptions,
  catalogue: DefinitionCatalogue,
): Promise<Graph> {
  const memory = readMemory(context);
  const pipelines = await readPipelines({
    file,
    overlays: overlay,
    sets: set,
    sweeps: sweep,
    kinds: catalogue,
    readBytes: (path) => readFile(resolve(context.directory, path)),
    ...(memory && { memory }),
  });
  return mergePipelines(pipelines, catalogue, (name) => resolve(context.directory, name));
}
