import type { StageSummary } from '../../engine/index.ts';
import { isEvaluation } from '../../evaluation/metrics.ts';
import { isJsonObject, type JsonObject } from '../../json/json.ts';
import { compareModels } from '../results/comparison.ts';
import { type Model, modelsOf, repeatedPathIn, resultsOf, sweptPaths } from '../results/experiment.ts';
import { tableLines } from '../tables/formats.ts';
import { corruptionTable } from './by-corruption.ts';
import { meansTable } from './tables.ts';

/** A table of more models would not be readable on a terminal. */
const mostColumns = 8;

/**
 * The results of a run's models, in lines of at most `width`: means over the repetitions, one row per model, then accuracy by corruption,
 * and notes on the images. Empty if nothing was evaluated.
 */
export function resultLines(stages: readonly StageSummary[], width: number): readonly (readonly string[])[] {
  const over = repeatedPathIn(sweptPaths(stages));
  const models = modelsOf(stages, over).filter((model) =>
    resultsOf(model).some(({ metrics }) => isEvaluation(metrics)),
  );
  if (models.length === 0) return [];
  const comparison = compareModels(models, over, undefined);
  const byCorruption = models.length <= mostColumns ? corruptionTable(models, over) : undefined;
  return [
    comparison ? tableLines(meansTable(comparison), width) : [],
    byCorruption ? tableLines(byCorruption, width) : [],
    imageNotes(models),
  ].filter((lines) => lines.length > 0);
}

/** Which images the models were evaluated on, and what was left out. */
export function imageNotes(models: readonly Model[]): readonly string[] {
  const all = models.flatMap(resultsOf).map(({ metrics }) => metrics);
  const notes = all.flatMap((metrics) => [
    ...Object.entries(textsIn(metrics['notEvaluated'])).map(([name, reason]) => `not evaluated: ${name}: ${reason}`),
    ...(typeof metrics['images'] === 'string' && metrics['images'] !== '' ? [`images: ${metrics['images']}`] : []),
  ]);
  return [...new Set(notes)];
}

function textsIn(json: JsonObject[string] | undefined): Readonly<Record<string, string>> {
  const entries = isJsonObject(json) ? Object.entries(json) : [];
  return Object.fromEntries(entries.filter((entry): entry is [string, string] => typeof entry[1] === 'string'));
}
