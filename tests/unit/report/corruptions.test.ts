import { expect, test } from 'vitest';
import { benchmark, corruptionNames, severities } from '../../../src/data/corruptions/catalogue.ts';
import {
  benchmarkCorruptions,
  benchmarkSeverities,
  hardestSeverity,
  inFamilies,
} from '../../../src/report/results/corruptions.ts';

test('the families hold every corruption that is made, and the benchmark is the same', () => {
  const families = inFamilies(corruptionNames);
  expect(families.map(({ family }) => family)).toEqual(['noise', 'blur', 'weather', 'digital']);
  expect(families.flatMap(({ names }) => names).sort()).toEqual([...corruptionNames].sort());
  expect([...benchmarkCorruptions].sort()).toEqual([...benchmark].sort());
  expect(benchmarkSeverities).toEqual(severities.map(String));
  expect(hardestSeverity).toBe(String(Math.max(...severities)));
});

test('an unknown corruption forms a separate family', () => {
  expect(inFamilies(['rain', 'fog'])).toEqual([
    { family: 'weather', names: ['fog'] },
    { family: 'other', names: ['rain'] },
  ]);
});
