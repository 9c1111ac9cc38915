import type { RunSummary } from '../engine/index.ts';
import type { JsonObject } from '../json/json.ts';

/** The one object `pipe run --json` prints. @param pathOf gives the absolute path of an output's content. */
export async function summaryJson(
  summary: RunSummary,
  pathOf: (output: RunSummary['stages'][number]['outputs'][string]) => Promise<string> | string,
): Promise<JsonObject> {
  const stages = await Promise.all(
    summary.stages.map(async ({ id, uses, key, state, because, seconds, outputs, metrics, variants }) => ({
      id,
      uses,
      key: key ?? null,
      state,
      ...(because !== undefined && { because }),
      seconds,
      outputs: Object.fromEntries(
        await Promise.all(
          Object.entries(outputs).map(async ([name, output]) => [
            name,
            { digest: output.digest, bytes: output.bytes, path: await pathOf(output) },
          ]),
        ),
      ) as JsonObject,
      metrics,
      variants,
    })),
  );
  const { run, pipeline, outcome, seconds, hits, ran, failed, skipped } = summary;
  return { pipeline, run, outcome, seconds, hits, ran, failed, skipped, stages };
}
