import { ConfigurationError } from '../problem/errors.ts';
import type { KindCatalogue } from './kind.ts';
import { identityOf, packReading, type ReadMemory, unpackReading } from './memory.ts';
import type { Pipeline } from './pipeline.ts';
import { ProblemList } from './problem-list.ts';
import { readTexts, type SourceNames, sourceOrder } from './sources.ts';

/** What to read, and how. */
export interface ReadRequest extends SourceNames {
  readonly kinds: KindCatalogue;
  /** Rejects with an error that has a `code`, like those of node:fs, if a file cannot be read. */
  readBytes(path: string): Promise<Uint8Array>;
  readonly memory?: ReadMemory;
}

/**
 * Reads and checks a pipeline with its overlays and options: one frozen Pipeline for each variant of its sweeps. Rejects with a
 * ConfigurationError that contains every problem, in the order of the files.
 */
export async function readPipelines(request: ReadRequest): Promise<readonly Pipeline[]> {
  const { kinds, memory } = request;
  const problems = new ProblemList();
  const texts = await readTexts(request, request.readBytes, problems);
  const identity = memory && problems.size === 0 ? identityOf(memory.program, request, texts) : undefined;
  const kept = identity && (await memory?.find(identity.slot));
  const known = identity && kept !== undefined ? unpackReading<readonly Pipeline[]>(kept, identity.key) : undefined;
  if (known) return deepFreeze(known);
  // Loaded on demand: loading the YAML parser and its dependents takes longer than running a cached pipeline.
  const { checkTexts } = await import('./check.ts');
  const pipelines = await checkTexts(request, texts, kinds, problems);
  if (problems.size > 0) throw new ConfigurationError(problems.inOrder(sourceOrder(request)), texts);
  if (identity && isKnownByName(pipelines, kinds))
    await memory?.keep(identity.slot, packReading(pipelines, identity.key));
  return deepFreeze(pipelines);
}

/** A user's module can change while the text of the pipeline stays the same, so its declarations are read each time. */
function isKnownByName(pipelines: readonly Pipeline[], { names }: KindCatalogue): boolean {
  return pipelines.every(({ stages }) => stages.every(({ uses }) => names.includes(uses)));
}

/** Freezes a value of plain objects and arrays, all the way down. */
function deepFreeze<Value>(value: Value): Value {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value;
  for (const part of Object.values(value)) deepFreeze(part);
  return Object.freeze(value);
}
