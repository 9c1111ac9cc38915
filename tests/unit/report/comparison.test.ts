import { describe, expect, test } from 'vitest';
import type { StageSummary } from '../../../src/engine/index.ts';
import type { Json, JsonObject } from '../../../src/json/json.ts';
import {
  type Comparison,
  compareModels,
  contrastOf,
  pairedResults,
  pairedValues,
} from '../../../src/report/results/comparison.ts';
import { modelsOf } from '../../../src/report/results/experiment.ts';
import { partWords, unevenWords } from '../../../src/report/results/repetitions.ts';
import { pairedDifference } from '../../../src/report/statistics/estimate.ts';
import { holm } from '../../../src/report/statistics/holm.ts';

type Variant = Readonly<Record<string, Json>>;

/** A stage's result in some variants. */
function result(stage: string, variants: readonly Variant[], metrics: JsonObject | 'skipped'): StageSummary {
  const isSkipped = metrics === 'skipped';
  return {
    id: `${stage} of ${JSON.stringify(variants)}`,
    stage,
    uses: 'shell',
    key: 'k',
    state: isSkipped ? 'skipped' : 'ran',
    because: undefined,
    reason: undefined,
    seconds: 1,
    outputs: {},
    metrics: isSkipped ? {} : metrics,
    provenance: {},
    files: {},
    variants,
  };
}

/** Scores of a value of temperature in seeds 1, 2, … */
const scores = (temperature: Json, ...values: readonly (Json | 'skipped')[]) =>
  values.map((value, at) =>
    result('train', [{ temperature, seed: at + 1 }], value === 'skipped' ? 'skipped' : { score: value }),
  );

function compared(stages: readonly StageSummary[], against: Json, stage = 'train'): Comparison {
  return compareModels(modelsOf(stages, 'seed'), 'seed', { stage, setting: { temperature: against } }, [], ['score'])!;
}
const rowOf = ({ rows }: Comparison, temperature: Json) =>
  rows.find(({ model }) => JSON.stringify(model.setting['temperature']) === JSON.stringify(temperature))!;

describe('a comparison', () => {
  test('takes differences from the baseline within each seed, and corrects every test for all of them', () => {
    const stages = [...scores(1, 1, 2, 3), ...scores(2, 2, 3.5, 4), ...scores(4, 1, 2.5, 3.25)];
    const comparison = compared(stages, 1);
    expect(rowOf(comparison, 1)).toMatchObject({ against: undefined, difference: undefined, corrected: undefined });
    const [two, four] = [pairedDifference([1, 1.5, 1]), pairedDifference([0, 0.5, 0.25])];
    expect(rowOf(comparison, 2)).toMatchObject({ difference: two, untested: undefined, part: undefined });
    expect(rowOf(comparison, 4)).toMatchObject({ difference: four });
    expect(comparison.tests).toBe(2);
    expect([2, 4].map((temperature) => rowOf(comparison, temperature).corrected)).toEqual(holm([two.p, four.p]));
    expect(rowOf(comparison, 2).corrected).toBeCloseTo(2 * two.p!, 10);
  });

  test('pairs only the seeds in which both have a number', () => {
    const row = rowOf(compared([...scores(1, 1, 'x', 3, 5), ...scores(2, 2, 9, 'skipped', 7)], 1), 2);
    expect(row.difference).toMatchObject({ count: 2, mean: 1.5 });
    expect(row.part).toBe('over the 2 of 4 seeds that both have');
    // A seed that neither has counts among all.
    const both = compared([...scores(1, 1, 'skipped', 3), ...scores(2, 2, 'skipped', 4.5)], 1);
    expect(rowOf(both, 2).part).toBe('over the 2 of 3 seeds that both have');
  });

  test.each([
    ['once', [...scores(1, 1), ...scores(2, 2)]],
    ['equal', [...scores(1, 1, 2), ...scores(2, 1, 2)]],
    ['constant', [...scores(1, 1, 2), ...scores(2, 2, 3)]],
    ['apart', [...scores(1, 1, 'skipped'), ...scores(2, 'skipped', 2)]],
    // One measurement, which all seeds share.
    [
      'shared',
      [
        ...scores(1, 1, 2),
        result(
          'train',
          [1, 2].map((seed) => ({ temperature: 2, seed })),
          { score: 3 },
        ),
      ],
    ],
  ] as const)('says why there is no test: %s', (untested, stages) => {
    const comparison = compared(stages, 1);
    expect(rowOf(comparison, 2)).toMatchObject({ untested, corrected: undefined });
    expect(rowOf(comparison, 2).why).toEqual(expect.any(String));
    expect(comparison.tests).toBe(0);
  });

  test('says that a model has no number, and takes no differences from a measurement that seeds share', () => {
    const score = compared([...scores(1, 1), ...scores(2, 1)], 1).measures[0]!;
    const [one, two] = modelsOf([...scores(1, 1, 2), ...scores(2, 'x', 'y')], 'seed');
    expect(contrastOf(one!, two!, score, 'seed')).toMatchObject({ untested: 'absent' });
    const once = result(
      'train',
      [1, 2].map((seed) => ({ temperature: 2, seed })),
      { score: 3 },
    );
    const [own, shared] = modelsOf([...scores(1, 1, 2), once], 'seed');
    expect(pairedValues(own!, shared!, score)).toEqual([]);
  });

  test('has no baseline where nothing has its name or its setting', () => {
    expect(
      compareModels(modelsOf(scores(1, 1), 'seed'), 'seed', { stage: 'other', setting: undefined }),
    ).toBeUndefined();
    expect(compared(scores(1, 1, 2), 3)).toBeUndefined();
  });

  test('of two stages pairs equal settings, which may be lists', () => {
    const both = (stage: string, ...values: readonly number[]) =>
      [[1], [2]].flatMap((temperature, at) =>
        [1, 2].map((seed) => result(stage, [{ temperature, seed }], { score: values[at]! + seed })),
      );
    const stages = [...both('plain', 1, 2), ...both('new', 3, 5)];
    const baseline = { stage: 'plain', setting: undefined };
    const { rows } = compareModels(modelsOf(stages, 'seed'), 'seed', baseline, [], ['score'])!;
    const differences = rows.filter(({ model }) => model.stage === 'new').map(({ difference }) => difference?.mean);
    expect(differences).toEqual([2, 3]);
    expect(rowOf(compared(stages, [2], 'plain'), [2]).against).toBeUndefined();
  });
});

test('results of images are paired by seed; one that all seeds share is compared with every other', () => {
  const [one, two] = modelsOf([...scores(1, 1, 2, 'skipped'), ...scores(2, 'skipped', 2, 3)], 'seed');
  expect(pairedResults(one!, two!).map((each) => each.map(({ variants }) => variants[0]!['seed']))).toEqual([[2], [2]]);
  const stages = [
    ...scores(1, 1, 2),
    result(
      'train',
      [1, 2].map((seed) => ({ temperature: 2, seed })),
      { score: 3 },
    ),
  ];
  const [own, shared] = modelsOf(stages, 'seed');
  expect(pairedResults(own!, shared!).map((each) => each.length)).toEqual([2, 1]);
});

describe('the repetitions that a mean rests on', () => {
  const measure = compared([...scores(1, 1), ...scores(2, 1)], 1).measures[0]!;
  const words = (stages: readonly StageSummary[]) => partWords(modelsOf(stages, 'seed')[0]!, measure, 'seed');

  test('name one without a result, and begin a long text', () => {
    expect(words(scores(1, 1, 'skipped'))).toBe('1 of 2 seeds, without seed 2 (no result)');
    expect(words(scores(1, 1, 'x'.repeat(100)))).toBe(`1 of 2 seeds, without seed 2 (text "${'x'.repeat(30)}")`);
  });

  test('are the same in another order, and where a model has no number at all', () => {
    const stages = [...scores(1, 1, 2), ...scores(2, 1, 2).reverse(), ...scores(4, 'x', 'x')];
    expect(unevenWords(modelsOf(stages, 'seed'), measure, 'seed')).toBeUndefined();
    expect(unevenWords(modelsOf([...scores(1, 1, 2), ...scores(2, 1, 'x')], 'seed'), measure, 'seed')).toContain(
      'Means rest on different seeds',
    );
  });
});
