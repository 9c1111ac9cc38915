import { readFile } from 'node:fs/promises';
import { relative, resolve } from 'node:path';
import { type DefinitionCatalogue, type Graph, mergePipelines } from '../engine/index.ts';
import { readPipelines } from '../schema/index.ts';
import type { PipelineOptions } from './arguments.ts';

/** Reads the pipeline that the options describe, checks it, and merges the variants of its sweep into one graph. */
export async function readGraph(
  file: string,
  options: Pick<PipelineOptions, 'overlay' | 'set' | 'sweep'>,
  catalogue: DefinitionCatalogue,
): Promise<Graph> {
  const pipelines = await readPipelines({
    file,
    overlays: options.overlay,
    sets: options.set,
    sweeps: options.sweep,
    kinds: catalogue,
    readText: (path) => readFile(path, 'utf8'),
  });
  return mergePipelines(pipelines, catalogue);
}

/** A path as a person would type it from here. */
export function shownPath(directory: string, path: string): string {
  const short = relative(directory, resolve(directory, path));
  return short === '' || short.startsWith('..') ? path : short;
}
