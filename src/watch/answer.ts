import type { RunState } from '../engine/index.ts';
import { meansTable } from '../report/compare/tables.ts';
import { bestWords, headline } from '../report/figures/words.ts';
import { type Html, html } from '../report/html/markup.ts';
import { tableHtml } from '../report/html/table.ts';
import { compareModels, estimateOf } from '../report/results/comparison.ts';
import { repetitionWord } from '../report/results/names.ts';
import { meanSentence } from '../report/results/numbers.ts';
import { ranked, type Study, studyOf } from '../report/results/study.ts';

/** More models are not looked at while a run goes on; the report has all. */
const most = 20;

/**
 * What the results so far answer: means with how many there are of each, and no test before all are there. Undefined before the first.
 * @param isOver whether no more results will follow.
 */
export function answerSoFar(state: RunState, isOver: boolean): Html | undefined {
  const { stages } = state.summary();
  const needs = new Map(state.outlines.map((outline) => [outline.id, outline.needs]));
  const study = studyOf(stages, needs, state.goal, undefined);
  if (!study) return undefined;
  if (study.unanswered !== undefined)
    return html`<p class="muted">No result has ${study.unanswered}${isOver ? '' : ' yet'}.</p>`;
  const names = study.measures.slice(0, 3).map(({ name }) => name);
  const models = ranked(study.models, study.measures[0]).slice(0, most);
  const table = meansTable(compareModels(models, study.over, undefined, [], names)!);
  const left = study.models.length - models.length;
  return html`<p>${sentences(study, state, isOver)}</p>${tableHtml({ ...table, caption: left > 0 ? `The best ${most} of ${study.models.length}${isOver ? '' : ' so far'}` : 'What each model measured so far' })}`;
}

function sentences(study: Study, state: RunState, isOver: boolean): string {
  if (state.outcome === 'done') return `${headline(study, state.pipeline)}. pipe report tests and draws it.`;
  const [goal] = study.measures;
  const own = estimateOf(study.best, goal)!;
  const all = repetitionsOf(study, state);
  const of = all > 1 ? ` after ${own.count} of ${all} ${repetitionWord(study)}` : '';
  const rest = isOver
    ? 'The run ended before all results were there; pipe report tests those that are.'
    : 'Nothing is tested before all results are there.';
  return `${bestWords(study)} leads${of}: ${meanSentence(own, goal.unit)} ${goal.phrase}. ${rest}`;
}

/** How many repetitions of the best there will be. */
function repetitionsOf({ over, best }: Study, { outlines }: RunState): number {
  if (over === undefined) return 1;
  const variants = outlines.filter(({ stage }) => stage === best.stage).flatMap((outline) => outline.variants);
  return new Set(variants.map((variant) => JSON.stringify(variant[over]))).size;
}
