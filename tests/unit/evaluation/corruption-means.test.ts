import { expect, test } from 'vitest';
import { benchmark, corruptionNames } from '../../../src/data/corruptions/catalogue.ts';
import { meanAtSeverity5, meanOfBenchmark } from '../../../src/evaluation/summary.ts';

test('the mean at severity 5 is over all nineteen', () => {
  const mean = meanAtSeverity5((name, severity) => (severity === 5 ? corruptionNames.indexOf(name) : Number.NaN));
  expect(mean).toEqual({ value: 9, over: 19, of: 19, missing: [] });
});

test("the benchmark's mean is over fifteen at all severities", () => {
  const mean = meanOfBenchmark((name, severity) =>
    (benchmark as readonly string[]).includes(name) ? severity : Number.NaN,
  );
  expect(mean).toEqual({ value: 3, over: 15, of: 15, missing: [] });
});

test('what was not evaluated, or not at every severity, is named and left out', () => {
  const mean = meanOfBenchmark((name, severity) => {
    if (name === 'frost') return undefined;
    if (name === 'fog') return severity === 2 ? undefined : 100;
    return 0.5;
  });
  expect(mean).toEqual({ value: 0.5, over: 13, of: 15, missing: ['frost', 'fog'] });
});

test('nothing evaluated has no mean', () => {
  expect(meanAtSeverity5(() => undefined)).toMatchObject({ value: undefined, over: 0, missing: corruptionNames });
});
