import { describe, expect, test } from 'vitest';
import type { RunSummary, StageSummary } from '../../../src/engine/index.ts';
import type { Json, JsonObject } from '../../../src/json/json.ts';
import { comparisonTables, comparisonText } from '../../../src/report/compare/comparison-text.ts';
import { metricLines } from '../../../src/report/compare/metrics-text.ts';
import { metricsFigure } from '../../../src/report/figures/metrics.ts';
import { modelsFigure } from '../../../src/report/figures/models.ts';
import { sweepFigure, sweepTable } from '../../../src/report/figures/sweep.ts';
import { caveats, findingOfSweep, headline } from '../../../src/report/figures/words.ts';
import { compareModels } from '../../../src/report/results/comparison.ts';
import { modelsOf } from '../../../src/report/results/experiment.ts';
import { goalJson, goalLines } from '../../../src/report/results/goal.ts';
import { type Study, studyOf } from '../../../src/report/results/study.ts';
import { csvText, tableLines } from '../../../src/report/tables/formats.ts';

/** One value of temperature in one seed: a metric called score, other metrics, or a failure. */
type Outcome = number | string | null | undefined | 'failed' | JsonObject;

/** By temperature, the outcomes of seeds 1, 2, … */
function sweep(outcomes: Readonly<Record<string, readonly Outcome[]>>): readonly StageSummary[] {
  return Object.entries(outcomes).flatMap(([temperature, seeds]) =>
    seeds.map((outcome, at): StageSummary => {
      const isObject = typeof outcome === 'object' && outcome !== null;
      return {
        id: `train{temperature=${temperature},seed=${at + 1}}`,
        stage: 'train',
        uses: 'shell',
        key: 'k',
        state: outcome === 'failed' ? 'failed' : 'ran',
        because: undefined,
        reason: undefined,
        seconds: 1,
        outputs: {},
        metrics: outcome === 'failed' || outcome === undefined ? {} : isObject ? outcome : { score: outcome },
        provenance: {},
        files: {},
        variants: [{ temperature: Number(temperature) as Json, seed: at + 1 }],
      };
    }),
  );
}

const goal = { stage: 'train', metric: 'score', best: 'max' } as const;
const studyIn = (stages: readonly StageSummary[]): Study => studyOf(stages, new Map(), goal, undefined)!;
const compared = (stages: readonly StageSummary[], against: number): string => {
  const baseline = { stage: 'train', setting: { temperature: against } };
  const comparison = compareModels(modelsOf(stages, 'seed'), 'seed', baseline, [], ['score'])!;
  return comparisonText(comparison, comparisonTables(comparison, undefined, false), 200);
};
const summaryOf = (stages: readonly StageSummary[]): RunSummary => ({
  run: 'r',
  pipeline: 'toy',
  outcome: 'done',
  seconds: 1,
  hits: 0,
  ran: stages.length,
  failed: 0,
  skipped: 0,
  goal,
  stages,
});

describe('differences that do not vary', () => {
  const constant = sweep({ 1: [1, 2, 3], 2: [2, 3, 4] });
  const equal = sweep({ 1: [1, 2, 3], 2: [1, 2, 3], 4: [1, 2, 3] });

  test('the same size in every repetition: the report and compare have one reason', () => {
    const study = studyIn(constant);
    expect(findingOfSweep(study)).toBe(
      'Temperature 2 measured best; each difference is the same in all repetitions, which allows no test',
    );
    expect(tableLines(sweepTable(study), 120).join('\n')).toContain('all repetitions differ alike: no test');
    const table = compared(constant, 2);
    expect(table).toContain('all repetitions differ alike: no test');
    expect(table).toMatch(/−1 ± 0 +–ᵃ/u);
    expect(caveats(study).join(' ')).toContain('Differences do not vary between seeds.');
    expect(caveats(study).join(' ')).not.toContain('repetitions show only large differences');
  });

  test('no interval of width 0, for corruptions either', () => {
    const on = (fog: number) => ({ cleanAccuracy: 0.5, bySeverity: { fog: { 5: fog } } });
    const stages = sweep({ 1: [on(0.25), on(0.5)], 2: [on(0.375), on(0.625)] });
    const baseline = { stage: 'train', setting: { temperature: 1 } };
    const comparison = compareModels(modelsOf(stages, 'seed'), 'seed', baseline)!;
    const [table] = comparisonTables(comparison, undefined, true).filter(
      ({ name }) => name === 'differences-by-corruption',
    );
    expect(table!.rows[0]!.cells[1]).toEqual({ text: '+12.50ᵃ', values: [12.5, null, null] });
    expect(table!.notes).toContain('ᵃ all repetitions differ alike: no test');
  });

  test('all means equal: none is best or worst, and none is marked', () => {
    const study = studyIn(equal);
    expect(headline(study, 'toy')).toBe('All 3 measured the same: 2.00 ± 0.58 score (n = 3 seeds)');
    expect(findingOfSweep(study)).toBe('All 3 values of temperature measured the same score');
    const { title, say } = modelsFigure(study)!;
    expect([title, ...say].join(' ')).not.toMatch(/best|worst/u);
    expect(sweepFigure(study)!.how).not.toContain('ring');
    expect(csvText(sweepTable(study))).not.toContain('best,');
    expect(compared(equal, 1)).toContain('equal in every repetition: no test');
    expect(tableLines(sweepTable(study), 120).join('\n')).toContain('equal in every repetition: no test');
    expect(goalLines(summaryOf(equal), goal)).toEqual([
      'goal train.score (max): 2.00 ± 0.58, n = 3 seeds, by all 3 variants, which are equal',
    ]);
  });

  test('two share the best mean', () => {
    const study = studyIn(sweep({ 1: [1, 2, 3], 2: [3, 2.5, 4], 4: [3, 2.5, 4] }));
    expect(headline(study, 'toy')).toContain('Temperature 2 and 4 are equal, and measured best of 3');
    expect(modelsFigure(study)!.say[0]).toBe('train{temperature=1} measured worst.');
    expect(goalJson(summaryOf(sweep({ 1: [1], 2: [2], 4: [2] })), goal)).toMatchObject({
      equal: ['train{temperature=2}', 'train{temperature=4}'],
    });
  });

  test('differences that are only the rounding of sums are none', () => {
    const study = studyIn(sweep({ 1: [0.3, 0.7, 0.3], 2: [0.1 + 0.2, 0.7, 0.3] }));
    expect(findingOfSweep(study)).toBe('All 2 values of temperature measured the same score');
  });

  test('without repetitions, that is the reason', () => {
    expect(sweepFigure(studyIn(sweep({ 1: [1], 2: [2] })))!.how).not.toContain('ticks');
    expect(findingOfSweep(studyIn(sweep({ 1: [1], 2: [2] })))).toBe(
      'Temperature 2 measured best; without repetitions, this may be chance',
    );
  });
});

describe('values against the best', () => {
  const stages = sweep({ 1: [1, 2, 3], 2: [1.3, 2.2, 2.9], 4: [2, 3.2, 3.8] });

  test('are corrected for every pair that might have been tested', () => {
    const { rivals, tests } = studyIn(stages);
    expect(tests).toBe(3);
    // scipy.stats.ttest_rel gives .013072 and .010197.
    expect(rivals.map(({ difference, corrected }) => [difference!.p, corrected])).toEqual([
      [expect.closeTo(0.013072, 6), expect.closeTo(3 * 0.010197, 5)],
      [expect.closeTo(0.010197, 6), expect.closeTo(3 * 0.010197, 5)],
    ]);
  });

  test('the table and the figure say so, and one pair needs no correction', () => {
    const study = studyIn(stages);
    expect(sweepTable(study).notes.join(' ')).toContain(
      'p: two-sided paired t-test against the best, Holm over all 3 pairs, because the best was chosen by the same numbers.',
    );
    expect(sweepFigure(study)!.how).toContain('Holm over all 3 pairs');
    const pair = studyIn(sweep({ 1: [1, 2, 3], 4: [2, 3.2, 3.8] }));
    expect(pair.rivals[0]!.corrected).toBe(pair.rivals[0]!.difference!.p);
    expect(sweepTable(pair).notes.join(' ')).toContain('against the best, uncorrected');
  });
});

describe('repetitions without a number', () => {
  const stages = sweep({ 1: [0.5, 0.625, 0.75], 2: [0.75, 'diverged', 1], 4: [null, 0.5, 'failed'] });

  test('are named with their reason, in every table with the same n', () => {
    const study = studyIn(stages);
    const words = 'n = 2 of 3 seeds, without seed 2 (text "diverged")';
    const fewer = 'n = 1 of 3 seeds, without seed 1 (not a finite number), 3 (failed)';
    for (const text of [
      tableLines(sweepTable(study), 200).join('\n'),
      tableLines(modelsFigure(study)!.table, 200).join('\n'),
      compared(stages, 1),
      tableLines(metricsFigure(stages, 'seed')!.table, 200).join('\n'),
    ]) {
      expect(text).toContain(words);
      expect(text).toContain(fewer);
    }
    expect(metricLines(stages, 200)).toContain(
      'train{temperature=2}: score of 2 of 3 seeds, without seed 2 (text "diverged")',
    );
  });

  test('paired tests use the seeds that both have, and say how many', () => {
    expect(compared(stages, 1)).toContain('over the 2 of 3 seeds that both have');
    expect(tableLines(sweepTable(studyIn(stages)), 200).join('\n')).toContain('over the 2 of 3 seeds that both have');
  });

  test('the best has its n, and a warning says that the seeds differ', () => {
    const study = studyIn(stages);
    expect(headline(study, 'toy')).toContain('Temperature 2 measured best of 3: 0.88 ± 0.13 score (n = 2 seeds)');
    const warning = 'Means rest on different seeds (temperature 2: 2 of 3 seeds, without seed 2 (text "diverged")';
    expect(caveats(study).join(' ')).toContain(warning);
    const [line, warned] = goalLines(summaryOf(stages), goal);
    expect(line).toBe('goal train.score (max): 0.88 ± 0.13, n = 2 seeds, by train{temperature=2}');
    expect(warned).toContain(`warning: ${warning}`);
    expect(goalJson(summaryOf(stages), goal)).toMatchObject({ count: 2, warning: expect.stringContaining(warning) });
  });

  test('that all models lack are no reason to warn, but are named', () => {
    const study = studyIn(sweep({ 1: [1, 2, 'failed'], 2: [2, 4, 'failed'] }));
    expect(caveats(study)).toContain('Temperature 2 rests on 2 of 3 seeds, without seed 3 (failed).');
    expect(caveats(study).join(' ')).not.toContain('different seeds');
  });

  test('variants without any number are named, failed ones too', () => {
    const study = studyIn(sweep({ 1: [1, 2], 2: ['failed', 'failed'], 4: ['x', null] }));
    expect(caveats(study).join(' ')).toContain(
      '2 of 3 variants of train have no number for score and are left out: temperature 2: seed 1 and 2 (failed) and temperature 4: seed 1 (text "x"), 2 (not a finite number).',
    );
  });
});

test('a comparison without repetitions says once how to repeat', () => {
  const models = modelsOf(sweep({ 1: [1], 2: [2] }), undefined);
  const comparison = compareModels(models, undefined, { stage: 'train', setting: models[0]!.setting }, [], ['score'])!;
  expect(comparisonText(comparison, [], 200)).toMatch(/^nothing is repeated: .* --sweep params\.seed=1,2,3\n/u);
});

describe('a goal that no result reaches', () => {
  test('names the numbers that there are, in case of a typo', () => {
    expect(goalLines(summaryOf(sweep({ 1: [{ loss: 1, scores: 2, note: 'x' }] })), goal)).toEqual([
      'goal train.score (max): no result of train reports a number for this metric; they report loss and scores',
    ]);
    expect(goalLines(summaryOf(sweep({ 1: [{ note: 'x' }] })), goal)).toEqual([
      'goal train.score (max): no result of train reports a number for this metric',
    ]);
  });

  test('without any result, that is the reason', () => {
    expect(goalLines(summaryOf(sweep({ 1: ['failed'] })), goal)).toEqual([
      'goal train.score (max): train has no result',
    ]);
  });
});

describe('metrics without a goal', () => {
  test('a metric whose direction is unknown has a highest, and no best', () => {
    const stages = sweep({ 1: [{ count: 3 }, { count: 4 }], 2: [{ count: 5 }, { count: 9 }] });
    const study = studyOf(stages, new Map(), undefined, undefined)!;
    expect(headline(study, 'toy')).toBe('Temperature 2 measured highest of 2: 7.0 ± 2.0 count (n = 2 seeds)');
    expect(caveats(study).join(' ')).toContain('It is not known whether more or less count is better.');
    const { title, say, how } = { ...modelsFigure(study)!, how: sweepFigure(study)!.how };
    expect([title, ...say, how, findingOfSweep(study)].join(' ')).not.toMatch(/\bbest\b(?! spans)|worst/u);
  });

  test('text, and what is no finite number, stands in the table of every metric', () => {
    const stages = sweep({ 1: [{ verdict: '<b>fine</b>', loss: null, nested: { note: 'x' }, size: 12 }] });
    const { table, say } = metricsFigure(stages, 'seed')!;
    expect(table.rows.map(({ cells }) => cells.map(({ text }) => text))).toEqual([
      ['verdict', '0', '<b>fine</b>'],
      ['loss', '0', 'not a finite number'],
      ['nested.note', '0', 'x'],
      ['size', '1', '12'],
    ]);
    expect(say).toEqual(['3 of 4 have no number.']);
    expect(metricLines(stages, 200)).toContain('train: loss is not a finite number');
  });
});
