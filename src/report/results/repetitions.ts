import type { StageSummary } from '../../engine/index.ts';
import type { Json } from '../../json/json.ts';
import { shownLine } from '../../problem/shown.ts';
import type { Model } from './experiment.ts';
import { type Measure, reportedUnder } from './measure.ts';
import { listOfFew, pathWord, repetitionWord, valueWord, variantWords } from './names.ts';

/*
 * Which repetitions a number rests on, one rule for every display: a mean counts the repetitions that have a number, and names the others;
 * a paired difference counts those in which both have one.
 */

/** The values of the repetitions in which a model has a number. */
export function countedIn({ repetitions }: Model, measure: Measure): readonly Json[] {
  return [...repetitions].flatMap(([value, { metrics }]) => (measure.of(metrics) === undefined ? [] : [value]));
}

/** Repetitions without a number: `seed 2 and 3 (failed), 5 (text "diverged")`. Undefined if all have one. */
export function uncountedWords(model: Model, measure: Measure, over: string): string | undefined {
  const byReason = new Map<string, Json[]>();
  for (const [value, stage] of [...model.repetitions, ...model.unfinished]) {
    const why = whyNoNumber(stage, measure);
    if (why !== undefined) byReason.set(why, [...(byReason.get(why) ?? []), value]);
  }
  const words = [...byReason].map(([why, values]) => `${listOfFew(values.map(valueWord))} (${why})`);
  return words.length > 0 ? `${pathWord(over)} ${words.join(', ')}` : undefined;
}

/** `2 of 3 seeds, without seed 3 (failed)`: what a mean rests on. Undefined if it rests on all repetitions, or nothing is repeated. */
export function partWords(model: Model, measure: Measure, over: string | undefined): string | undefined {
  const missing = over === undefined ? undefined : uncountedWords(model, measure, over);
  if (missing === undefined) return undefined;
  const all = model.repetitions.size + model.unfinished.size;
  return `${countedIn(model, measure).length} of ${all} ${repetitionWord({ over })}, without ${missing}`;
}

/** A sentence if the means of some models rest on different repetitions; undefined if they can be compared as they are. */
export function unevenWords(models: readonly Model[], measure: Measure, over: string | undefined): string | undefined {
  const measured = models.filter((model) => countedIn(model, measure).length > 0);
  const setOf = (model: Model) =>
    JSON.stringify(
      countedIn(model, measure)
        .map((value) => JSON.stringify(value))
        .sort(),
    );
  if (over === undefined || new Set(measured.map(setOf)).size < 2) return undefined;
  const word = repetitionWord({ over });
  const parts = measured.flatMap((model) => {
    const part = partWords(model, measure, over);
    return part === undefined ? [] : [`${variantWords(model)}: ${part}`];
  });
  const named = parts.length > 0 ? ` (${listOfFew(parts)})` : '';
  return `Means rest on different ${word}${named}, so one may be better only because of its ${word}. Tests use the ${word} that both have.`;
}

/** Why a stage has no number for a measure, as words in brackets; undefined if it has one. */
function whyNoNumber({ state, metrics }: StageSummary, measure: Measure): string | undefined {
  if (state === 'failed') return 'failed';
  if (state === 'skipped') return 'no result';
  if (measure.of(metrics) !== undefined) return undefined;
  const reported = reportedUnder(measure.metric, metrics);
  if (reported === undefined) return measure.without;
  if (typeof reported === 'string') return `text "${shownLine(reported.slice(0, longestText))}"`;
  return reported === null ? 'not a finite number' : 'not a number';
}

const longestText = 30;
