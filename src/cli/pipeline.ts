import { createReadStream, readFileSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { type DefinitionCatalogue, mergePipelines, type StageGraph } from '../engine/index.ts';
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
): Promise<StageGraph> {
  const memory = readMemory(context);
  const pipelines = await readPipelines({
    file,
    overlays: overlay,
    sets: set,
    sweeps: sweep,
    kinds: catalogue,
    readBytes: (path) => readBounded(resolve(context.directory, path)),
    ...(memory && { memory }),
  });
  return mergePipelines(pipelines, catalogue, (name) => resolve(context.directory, name));
}

/** More than any pipeline may have: the reader refuses this much. */
const mostBytes = 64 * 1024 * 1024;

/** The bytes of a file; for an endless file, such as /dev/zero, enough to show that it is too long. */
async function readBounded(path: string): Promise<Buffer> {
  // Most files are ordinary: setting up a stream takes longer than reading them.
  const stats = statSync(path);
  if (stats.isFile() && stats.size <= mostBytes) return readFileSync(path);
  const chunks: Buffer[] = [];
  for await (const chunk of createReadStream(path, { end: mostBytes })) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}
