import type { RunSummary } from '../engine/index.ts';
import type { JsonObject } from '../json/json.ts';
import { goalJson } from './results/goal.ts';

/**
 * The object that `pipe run --json` prints. @param pathOf returns the absolute path of an output's content; undefined if it is not in the
 * store.
 */
export function summaryJson(
  summary: RunSummary,
  pathOf: (output: RunSummary['stages'][number]['outputs'][string]) => string | undefined,
): JsonObject {
  const stages = summary.stages.map(({ id, uses, key, state, because, from, seconds, outputs, metrics, variants }) => ({
    id,
    uses,
    key: key ?? null,
    state,
    because: because ?? null,
    ...(from && { from: { ...from, signer: from.signer ?? null } }),
    seconds,
    outputs: Object.fromEntries(
      Object.entries(outputs).map(([name, output]) => [
        name,
        { digest: output.digest, bytes: output.bytes, path: pathOf(output) ?? null },
      ]),
    ),
    metrics,
    variants,
  }));
  const { run, pipeline, outcome, seconds, hits, ran, failed, skipped } = summary;
  const goal = summary.goal && { goal: goalJson(summary, summary.goal) };
  return { pipeline, run, outcome, seconds, hits, ran, failed, skipped, ...goal, stages };
}
