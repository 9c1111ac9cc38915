import { join } from 'node:path';
import { StageError } from '../../problem/errors.ts';
import type { GraphNode, StageGraph } from '../graph/graph.ts';
import { contentName } from '../key/key.ts';
import { changedFields, fieldsOf } from '../plan/changes.ts';
import type { OutputRecord, StageRecord } from '../record.ts';
import type { Draft } from '../store/contract.ts';
import { filesUnder } from '../store/manifest.ts';
import { type AsideServices, computationOf, computeAside } from './aside.ts';
import { maskFor } from './secrets.ts';

/** One file that differs between the first and the second computation. */
export interface FileDifference {
  /** The path within the output, if that is a directory; empty if the output is the file. */
  readonly path: string;
  readonly difference: 'changed' | 'only-stored' | 'only-computed';
  /** How its content differs, one line each, if that is known. */
  readonly details: readonly string[];
}

/** An output of a stage, as stored and as computed again. */
export interface OutputComparison {
  readonly output: string;
  readonly stored: OutputRecord;
  readonly computed: OutputRecord;
  readonly isIdentical: boolean;
  /** Empty if they are identical. */
  readonly files: readonly FileDifference[];
}

/** A stage computed again, compared with its result. */
export interface Rerun {
  readonly stage: string;
  readonly key: string;
  readonly stored: StageRecord;
  readonly computed: StageRecord;
  readonly outputs: readonly OutputComparison[];
  /** What else differed, by field: the code, the device. */
  readonly surroundings: readonly string[];
}

/** What computing a stage again needs. */
export interface RerunServices extends AsideServices {
  /** Describes how the content of two files differs, one line each; nothing for files of an unknown kind. */
  readonly examine: (stored: string, computed: string) => Promise<readonly string[]>;
}

/**
 * Computes a node again from its stored inputs, without its checkpoints, and compares every output with the stored one; the new outputs are
 * removed.
 * @throws StageError if there is no complete result or input to start with, or if the stage fails; the signal's reason.
 */
export async function rerunStage(graph: StageGraph, node: GraphNode, services: RerunServices): Promise<Rerun> {
  const { store } = services;
  const mask = maskFor(graph, services.world.environment);
  const examine: RerunServices['examine'] = async (...files) =>
    (await services.examine(...files)).map((line) => mask.text(line));
  const computation = await computationOf(graph, node, services);
  const lookup = await store.find(computation.key, { verify: true });
  if (lookup.state === 'miss') throw nothingStored(node);
  if (lookup.state === 'broken') {
    throw new StageError(`${node.id} cannot be compared: its stored output "${lookup.output}" is ${lookup.damage}.`, {
      hint: 'run the pipeline, which computes the stage again',
    });
  }
  return computeAside(graph, computation, services, async (computed, draft) => {
    const outputs: OutputComparison[] = [];
    for (const output of Object.keys(node.outputs)) {
      outputs.push(await compare(output, node, draft, lookup.record, computed, { ...services, examine }));
    }
    const around = (record: StageRecord) => fieldsOf(surroundingsOf(record));
    return {
      stage: node.id,
      key: computation.key,
      stored: lookup.record,
      computed,
      outputs,
      surroundings: changedFields(around(lookup.record), around(computed)),
    };
  });
}

function nothingStored({ id }: GraphNode): StageError {
  return new StageError(`${id} has no result yet to compare with.`, { hint: 'run the pipeline first' });
}

function surroundingsOf({ provenance }: StageRecord) {
  return { origin: provenance['origin'] ?? {}, ranOn: provenance['ranOn'] ?? {} };
}

async function compare(
  output: string,
  node: GraphNode,
  draft: Draft,
  { outputs: { [output]: stored } }: StageRecord,
  { outputs: { [output]: computed } }: StageRecord,
  services: RerunServices,
): Promise<OutputComparison> {
  if (!stored || !computed) throw new TypeError(`A record of ${node.id} lacks its output ${output}.`);
  const isIdentical = contentName(stored) === contentName(computed);
  const { file } = node.outputs[output]!;
  if (isIdentical) return { output, stored, computed, isIdentical, files: [] };
  const before = draft.inputPath(`stored ${output}`, file);
  await services.store.copy(stored, before);
  const files = await differences(before, draft.outputPath(output, file), stored, services);
  return { output, stored, computed, isIdentical, files };
}

async function differences(
  stored: string,
  computed: string,
  { directory }: OutputRecord,
  { world, examine }: RerunServices,
): Promise<readonly FileDifference[]> {
  if (!directory) return [{ path: '', difference: 'changed', details: await examine(stored, computed) }];
  const [before, after] = [stored, computed].map((root) => new Set(filesUnder(root, root))) as [
    Set<string>,
    Set<string>,
  ];
  const found: FileDifference[] = [];
  for (const path of [...new Set([...before, ...after])].sort()) {
    if (!after.has(path)) found.push({ path, difference: 'only-stored', details: [] });
    else if (!before.has(path)) found.push({ path, difference: 'only-computed', details: [] });
    else {
      const [a, b] = [join(stored, path), join(computed, path)];
      if ((await world.digest(a)) === (await world.digest(b))) continue;
      found.push({ path, difference: 'changed', details: await examine(a, b) });
    }
  }
  return found;
}
