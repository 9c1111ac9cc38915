import type { RunSummary } from '../../engine/index.ts';
import { shortNames } from '../figures/roles.ts';
import { bestWord, bestWords, caveats, correctionWords, headline, judgedRivals, worseWord } from '../figures/words.ts';
import { contrastOf, estimateOf } from '../results/comparison.ts';
import type { Model } from '../results/experiment.ts';
import type { Measure } from '../results/measure.ts';
import { capital, list, listOfFew, pathWord, repetitionWord, valueWord, variantWords } from '../results/names.ts';
import {
  differenceUnit,
  differenceWords,
  estimateWords,
  intervalWords,
  meanSentence,
  pSentence,
} from '../results/numbers.ts';
import { equalTo, type Rival, rowOf, type Study } from '../results/study.ts';
import { duration } from '../units.ts';
import { type Html, html } from './markup.ts';

/** The first sentence of the page: the answer, or what was run if nothing was measured. */
export function titleOf(study: Study | undefined, { pipeline, ran, hits, failed, skipped }: RunSummary): string {
  if (study) return headline(study, pipeline);
  const parts = [
    [ran, 'ran'],
    [hits, 'reused'],
    [failed, 'failed'],
    [skipped, 'not run'],
  ] as const;
  return `${pipeline}: ${list(parts.filter(([count]) => count > 0).map(([count, word]) => `${count} ${word}`))}`;
}

/** What is uncertain, what weakens the answer, and how sure it is, in sentences. */
export function answerHtml(study: Study): Html {
  return html`<p class="lead">${leadOf(study)}</p>${caveats(study).map((words) => html`<p class="caveat">${words}</p>`)}`;
}

function leadOf(study: Study): string {
  const [goal] = study.measures;
  const own = estimateOf(study.best, goal)!;
  const count = own.count > 1 ? `the mean of ${own.count} ${repetitionWord(study)}` : 'one measurement';
  const sentences = [
    `${bestWords(study)} has ${meanSentence(own, goal.unit)} ${goal.phrase}${goal.name === 'corrupted' ? ' (severity 5)' : ''}, ${count}.`,
  ];
  const [path, ...more] = study.paths;
  if (path !== undefined && more.length === 0) {
    const { worse, alike, equal, untested } = judgedRivals(study);
    const words = (rivals: readonly Rival[]) =>
      `${capital(pathWord(path))} ${listOfFew(
        rivals.map(({ model }) => valueWord(model.setting[path] ?? null)),
        8,
      )}`;
    if (alike.length > 0) sentences.push(`${words(alike)} cannot be distinguished from it.`);
    if (worse.length > 0)
      sentences.push(
        `${words(worse)} ${worse.length === 1 ? 'is' : 'are'} ${worseWord(goal)} (paired t-tests, ${correctionWords(study)}).`,
      );
    if (equal.length > 0)
      sentences.push(`${words(equal)} ${equal.length === 1 ? 'equals' : 'equal'} it in every repetition.`);
    if (untested.length > 0) sentences.push(`${words(untested)} cannot be tested against it.`);
  }
  return sentences.join(' ');
}

/** The main numbers: first the goal, then the difference from the baseline, then the cost. */
export function tilesHtml(study: Study | undefined, { ran, hits, failed, skipped, stages }: RunSummary): Html {
  const saved = stages.filter(({ state }) => state === 'hit').reduce((sum, { seconds }) => sum + seconds, 0);
  const run = html`<li><span class="what">stages</span><span class="value">${ran} ran</span><span class="more">${hits} reused${hits > 0 && ` (${duration(saved)} saved)`}${failed > 0 && `, ${failed} failed`}${skipped > 0 && `, ${skipped} not run`}</span></li>`;
  return html`<ul class="tiles" aria-label="What was asked">${study && resultTiles(study)}${run}</ul>`;
}

function resultTiles(study: Study): readonly (Html | undefined)[] {
  const [goal, second] = study.measures;
  return [
    html`<li class="goal"><span class="what"><b>Goal</b>: ${goal.phrase}. ${capital(bestWord(goal))}: ${bestTileWords(study)}</span>${valueHtml(study.best, goal)}<span class="more">${countWords(study)}</span></li>`,
    study.control && differenceTile(study, study.control, goal),
    study.teacher && study.teacher !== study.control ? differenceTile(study, study.teacher, goal) : undefined,
    second && html`<li><span class="what">${second.phrase}, of the same</span>${valueHtml(study.best, second)}</li>`,
  ];
}

function bestTileWords(study: Study): string {
  const equals = equalTo(study.best, study.variants, study.measures[0]);
  if (equals.length < 2) return bestWords(study);
  return equals.length === study.variants.length
    ? `all ${equals.length}, which are equal`
    : listOfFew(equals.map(variantWords));
}

function countWords(study: Study): string {
  const count = estimateOf(study.best, study.measures[0])!.count;
  return count > 1 ? `mean of ${count} ${repetitionWord(study)} ± one standard error` : 'one measurement: no error';
}

function valueHtml(model: Model, measure: Measure): Html | undefined {
  const found = estimateOf(model, measure);
  if (!found) return undefined;
  const [mean, error] = estimateWords(found, measure.unit, 1).split(' ± ');
  const unit = measure.unit === 'number' ? '' : '\u00a0%';
  return html`<span class="value">${mean}${unit}${error !== undefined && html` <span class="pm">±\u00a0${error}</span>`}</span>`;
}

function differenceTile(study: Study, other: Model, goal: Measure): Html | undefined {
  const { difference: found, why, part } = contrastOf(study.best, other, goal, study.over);
  if (!found) return undefined;
  const [mean, error] = differenceWords(found, goal.unit).split(' ± ');
  const row = rowOf(study.comparison, study.best, goal);
  const corrected = row?.against === other ? row.corrected : undefined;
  const unit = differenceUnit(goal.unit);
  const interval = found.interval ? `95 % interval ${intervalWords(found.interval, goal.unit)}` : why;
  const test = corrected !== undefined && `; ${pSentence(corrected)} (Holm, ${study.comparison!.tests} tests)`;
  return html`<li><span class="what">against ${shortNames(study.models)(other)}, paired</span><span class="value">${mean} <span class="pm">${error !== undefined && `±\u00a0${error} `}${unit}</span></span><span class="more">${interval}${test}${part !== undefined && `; ${part}`}</span></li>`;
}
