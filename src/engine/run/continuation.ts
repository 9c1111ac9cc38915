import { constants, cpSync, existsSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isJsonObject, type Json, type JsonObject } from '../../json/json.ts';
import { ConfigurationError, StageError } from '../../problem/errors.ts';
import type { Origin } from '../../problem/problem.ts';
import type { GraphNode } from '../graph/graph.ts';
import { changedFields, fieldsOf } from '../plan/changes.ts';
import type { Computation } from '../plan/survey.ts';
import type { StageRecord } from '../record.ts';
import type { Draft, Store } from '../store/contract.ts';

/** The shorter computation that another continued from; kept in its record. */
export interface Continued {
  readonly key: string;
  /** The one setting in which the two differ, and its value there: `epochs`, 5. */
  readonly field: string;
  readonly value: number;
}

/** Marks checkpoints that began as the final state of another computation, for the record of an attempt that continues from them. */
const markFile = 'continued.json';

/** @throws ConfigurationError if a node that is to continue has a kind, or settings, that do not allow it. */
export function checkContinuable(nodes: readonly GraphNode[], origin: Origin): void {
  const problems = nodes.flatMap(({ id, definition, stage }) => {
    const refusal = definition.continuation
      ? definition.continuation.refusal(stage.config)
      : { message: `a stage of kind ${definition.uses} keeps no final state to continue from` };
    return refusal ? [{ ...refusal, message: `${id}: ${refusal.message}`, origin }] : [];
  });
  if (problems.length > 0) throw new ConfigurationError(problems);
}

/**
 * The shorter computation that a draft continues from, if any. If that is requested and the draft has no checkpoints yet, the final state
 * of the longest one is copied to where the stage looks for its own. A mark keeps this for later attempts, requested or not.
 * @throws StageError if there is no shorter one, or it kept no final state.
 */
export async function continueFrom(
  { node, material }: Computation,
  draft: Draft,
  store: Store,
  isAsked: boolean,
): Promise<Continued | undefined> {
  if (!node.definition.continuation) return undefined;
  const { checkpoints } = draft;
  const mark = join(checkpoints, markFile);
  if (existsSync(mark)) return JSON.parse(readFileSync(mark, 'utf8')) as Continued;
  if (!isAsked || readdirSync(checkpoints).length > 0) return undefined;
  const { field } = node.definition.continuation;
  const shorter = shorterOnes(await store.recordsOf(node.definition.uses), material, field);
  if (shorter.length === 0) throw noneShorter(node, field);
  for (const { record, value } of shorter) {
    const end = await store.ending(record.key);
    if (end === undefined) continue;
    const continued = { key: record.key, field, value };
    layOut(end, checkpoints, continued);
    return continued;
  }
  const [{ value }] = shorter as [Shorter];
  throw new StageError(
    `The result of ${node.id} with ${field} ${value} has no final state: it was not kept, or was removed since.`,
    {
      hint: `compute it once more, with \`keepEnd: true\` and --force ${node.stage.id}`,
    },
  );
}

/** Replaces empty checkpoints by a copy of a final state, in one step: a torn copy must never pass for checkpoints. */
function layOut(end: string, checkpoints: string, continued: Continued): void {
  const copy = `${checkpoints}.copy`;
  rmSync(copy, { recursive: true, force: true });
  cpSync(end, copy, { recursive: true, mode: constants.COPYFILE_FICLONE });
  writeFileSync(join(copy, markFile), JSON.stringify(continued));
  renameSync(copy, checkpoints);
}

interface Shorter {
  readonly record: StageRecord;
  readonly value: number;
}

/** Earlier computations that differ only in a smaller value of the field; the longest first. */
function shorterOnes(records: readonly StageRecord[], material: JsonObject, field: string): readonly Shorter[] {
  const own = settingOf(material, field);
  const fields = fieldsOf(material);
  return records
    .flatMap((record) => {
      const value = settingOf(record.material, field);
      if (typeof value !== 'number' || typeof own !== 'number' || value >= own) return [];
      // One is the field itself.
      return changedFields(fieldsOf(record.material), fields).length === 1 ? [{ record, value }] : [];
    })
    .sort((a, b) => b.value - a.value);
}

function settingOf({ config }: JsonObject, field: string): Json | undefined {
  return isJsonObject(config) ? config[field] : undefined;
}

function noneShorter({ id }: GraphNode, field: string): StageError {
  return new StageError(`There is no result of ${id} that differs only by fewer ${field}.`, {
    hint: `\`pipe explain ${id}\` shows how the nearest one differs; without --continue the stage trains from the beginning`,
  });
}
