import { describe, expect, test } from 'vitest';
import { Stream } from '../../../src/data/index.ts';
import { decayFactor } from '../../../src/nn/schedules/decay.ts';
import { restoresBest, startStopping, stopEarly } from '../../../src/nn/schedules/early-stopping.ts';
import { reduceOnPlateau, startPlateau } from '../../../src/nn/schedules/reduce-on-plateau.ts';
import { drawBranchScales } from '../../../src/nn/training/stochastic-depth.ts';

const figures = (accuracy: number) => ({ loss: 0, accuracy });

test('the learning rate decays to 0 along a line or a half cosine', () => {
  expect([0, 0.25, 1].map((progress) => decayFactor('constant', progress))).toEqual([1, 1, 1]);
  expect([0, 0.25, 1].map((progress) => decayFactor('linear', progress))).toEqual([1, 0.75, 0]);
  expect(decayFactor('cosine', 0)).toBe(1);
  expect(decayFactor('cosine', 0.5)).toBeCloseTo(0.5, 12);
  expect(decayFactor('cosine', 1)).toBeCloseTo(0, 12);
});

describe('reducing the learning rate on a plateau', () => {
  const base = { monitor: 'accuracy', factor: 0.5, patience: 1, minDelta: 0.01, cooldown: 0, minimum: 0 } as const;

  function rates(settings: Parameters<typeof reduceOnPlateau>[0], accuracies: readonly number[]): number[] {
    let state = startPlateau(1);
    return accuracies.map((accuracy) => {
      state = reduceOnPlateau(settings, state, figures(accuracy));
      return state.rate;
    });
  }

  test('higher accuracy is better, but only by more than minDelta', () => {
    expect(rates(base, [0.5, 0.6, 0.605, 0.62])).toEqual([1, 1, 0.5, 0.5]);
  });

  test('counts no epoch while it cools down', () => {
    // As Keras: the counter falls before the epoch is judged, so the last epoch of the cooldown counts again.
    expect(rates({ ...base, cooldown: 2 }, [0.5, 0.5, 0.5, 0.5, 0.5, 0.5])).toEqual([1, 0.5, 0.5, 0.25, 0.25, 0.125]);
  });

  test('never falls below the minimum, and raises no rate that starts below it', () => {
    expect(rates({ ...base, minimum: 0.3 }, [0.5, 0.5, 0.5, 0.5])).toEqual([1, 0.5, 0.3, 0.3]);
    expect(rates({ ...base, minimum: 3 }, [0.5, 0.5])).toEqual([1, 1]);
  });
});

describe('early stopping', () => {
  const settings = { monitor: 'accuracy', patience: 2, minDelta: 0.1, restore: 'always' } as const;

  test('an improvement resets its patience', () => {
    let state = startStopping;
    const outcomes = [0.5, 0.55, 0.7, 0.7, 0.7].map((accuracy) => {
      const next = stopEarly(settings, state, figures(accuracy));
      state = next.state;
      return [next.improved, state.stopped];
    });
    expect(outcomes).toEqual([
      [true, false],
      [false, false],
      [true, false],
      [false, false],
      [false, true],
    ]);
  });

  test('knows when the best weights come back', () => {
    const stopped = { ...startStopping, stopped: true };
    const cases = (['at-stop', 'always', 'never'] as const).map((restore) => [
      restoresBest({ ...settings, restore }, stopped),
      restoresBest({ ...settings, restore }, startStopping),
    ]);
    expect(cases).toEqual([
      [true, false],
      [true, true],
      [false, false],
    ]);
  });
});

describe('stochastic depth', () => {
  test('leaves later blocks out more often, and scales the others so that their mean stays', () => {
    const stream = new Stream(1, 'test');
    const draws = Array.from({ length: 4000 }, () => drawBranchScales(4, 0.4, stream));
    for (const [block, survival] of [0.9, 0.8, 0.7, 0.6].entries()) {
      const scales = draws.map((draw) => draw[block] ?? Number.NaN);
      expect(new Set(scales)).toEqual(new Set([0, Math.fround(1 / survival)]));
      expect(scales.filter((scale) => scale > 0).length / 4000).toBeCloseTo(survival, 1);
    }
  });
});
