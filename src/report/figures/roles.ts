import type { EvaluationDetails } from '../../evaluation/details.ts';
import { light as c } from '../drawing/theme.ts';
import { estimateOf, valuesOf } from '../results/comparison.ts';
import type { Model } from '../results/experiment.ts';
import { type Measure, scaleOf } from '../results/measure.ts';
import { repetitionWord } from '../results/names.ts';
import { numberWords } from '../results/numbers.ts';
import type { Study } from '../results/study.ts';
import { estimate } from '../statistics/estimate.ts';

/** The role of a model in a study. */
export type ModelRole = 'student' | 'teacher' | 'control';

/** The role of a model: it is studied, or is the baseline, or is what the studied one learns from. */
export function roleOf(study: Study, model: Model): ModelRole {
  if (study.comparison?.rows.some((row) => row.model === model && row.against === undefined)) return 'control';
  return model.stage === study.teacher?.stage ? 'teacher' : 'student';
}

/** The symbol of each role: colour and shape. */
export const markOf: Readonly<Record<ModelRole, object>> = {
  student: { type: 'point', filled: true, shape: 'circle', fill: c.student, stroke: null, size: 68 },
  teacher: { type: 'point', filled: true, shape: 'diamond', fill: c.teacher, stroke: null, size: 74 },
  control: {
    type: 'point',
    filled: false,
    shape: 'circle',
    fill: c.paper,
    stroke: c.control,
    strokeWidth: 1.8,
    size: 52,
  },
};

/** The dash of each role's line. */
export const dashOf: Readonly<Record<ModelRole, readonly number[]>> = {
  student: [1, 0],
  teacher: [7, 3],
  control: [2, 3],
};

/** The best of the studied models, its teacher and its baseline, if they exist. */
export function leads(study: Study): readonly { readonly role: ModelRole; readonly model: Model }[] {
  const all = [
    { role: 'student' as const, model: study.best },
    // A baseline keeps this role even if it is the teacher.
    { role: 'teacher' as const, model: study.teacher === study.control ? undefined : study.teacher },
    { role: 'control' as const, model: study.control },
  ];
  return all.flatMap(({ role, model }) =>
    model && (role === 'student' || model !== study.best) ? [{ role, model }] : [],
  );
}

/** A mean as a figure draws it: in percent if the measure is a share. */
export interface DrawnMean {
  readonly mean: number;
  readonly low: number;
  readonly high: number;
  readonly error: number | null;
  readonly count: number;
  readonly values: readonly number[];
}

/** The result of a model, as a point with a bar of one standard error; undefined if it has none for the measure. */
export function pointAt(model: Model, measure: Measure): DrawnMean | undefined {
  const found = estimateOf(model, measure);
  if (!found) return undefined;
  const scale = scaleOf(measure);
  const { mean, standardError = 0, count } = found;
  return {
    mean: scale * mean,
    low: scale * (mean - standardError),
    high: scale * (mean + standardError),
    error: found.standardError === undefined ? null : scale * standardError,
    count,
    values: valuesOf(model, measure).map((value) => scale * value),
  };
}

/** A drawn number with its precision in figures: `71.1` in percent, `0.4712` for a plain number. */
export function drawnWords(value: number, { unit }: Pick<Measure, 'unit'>): string {
  return numberWords(value, unit === 'share' ? 'percent' : unit, 1);
}

/** Names as figures show them: without the words that all stages begin with, such as `evaluate-`. */
export function shortNames(models: readonly Model[]): (model: Model) => string {
  const stages = [...new Set(models.map(({ stage }) => stage))];
  const prefix = stages.length > 1 ? (/^[^-]+-/u.exec(stages[0]!)?.[0] ?? '') : '';
  const isCommon = prefix !== '' && stages.every((stage) => stage.startsWith(prefix) && stage.length > prefix.length);
  return ({ name }) => (isCommon ? name.slice(prefix.length) : name);
}

/** `n = 5 seeds; bars are one standard error of the mean.` */
export function meanWords(study: Study, models: readonly Model[]): string {
  const counts = new Set(models.map((model) => estimateOf(model, study.measures[0])?.count ?? 0));
  if (Math.max(...counts) < 2) return 'n = 1: each was measured once, so there are no errors over repetitions.';
  const n = counts.size === 1 ? String([...counts][0]) : `${Math.min(...counts)} to ${Math.max(...counts)}`;
  return `n = ${n} ${repetitionWord(study)}${counts.size === 1 ? '' : ', as the table says'}; ± and bars are one standard error of the mean.`;
}

/** The mean of some numbers; undefined for none. */
export function meanOf(values: readonly number[]): number | undefined {
  return values.length > 0 ? estimate(values).mean : undefined;
}

/** What one model's evaluations found, in detail, a repetition each. */
export interface Judged {
  readonly name: string;
  readonly details: readonly EvaluationDetails[];
}

/** The same of one of the `leads`, which figures draw. */
export interface JudgedLead extends Judged {
  readonly role: ModelRole;
}
