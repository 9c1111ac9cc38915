import { expect, test } from 'vitest';
import { Curves, readCurves } from '../../../../src/engine/run/curves.ts';

test('a long curve keeps its beginning, its end and points at equal distances between, in bounded memory', () => {
  const curves = new Curves();
  for (let step = 0; step < 100_001; step += 1) curves.add(step, { loss: step / 2 });
  const { steps, values } = readCurves(curves.text()).get('loss')!;
  expect(steps.length).toBeLessThanOrEqual(10_001);
  expect(steps.length).toBeGreaterThan(5_000);
  expect([steps[0], steps.at(-1)]).toEqual([0, 100_000]);
  const distances = new Set(steps.slice(1, -1).map((step, at) => step - steps[at]!));
  expect(distances.size).toBe(1);
  expect(values).toEqual(steps.map((step) => step / 2));
});

test('names without end are bounded, too', () => {
  const curves = new Curves();
  for (let step = 0; step < 5_000; step += 1) curves.add(step, { [`loss at ${step}`]: 1 });
  expect(readCurves(curves.text()).size).toBe(1_000);
});

test.each(['{}', '[]', '{"curves":[]}', '{"curves":{"a":1,"b":{"steps":[1]}}}'])(
  'a file that holds something else, %s, has no curves',
  (text) => {
    expect(readCurves(text).size).toBe(0);
  },
);
