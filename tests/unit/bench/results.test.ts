import { expect, test } from 'vitest';
import { countingResults } from '../../../bench/gpu/part.ts';

const line = (part: string, state: string, seconds: number) => JSON.stringify({ part, title: part, state, seconds });

test('results of several starts are put together: a measured part stays so, whatever became of it later', () => {
  const lines = [
    line('steps', 'done', 1),
    line('around', 'skipped', 0),
    line('compiled', 'failed', 3),
    line('steps', 'failed', 4),
    line('steps', 'skipped', 0),
    line('around', 'done', 5),
    line('around', 'done', 6),
    line('compiled', 'skipped', 0),
    '',
  ];
  const results = [...countingResults(lines.join('\n')).values()].map(({ part, state, seconds }) => [
    part,
    state,
    seconds,
  ]);
  expect(results).toEqual([
    ['steps', 'done', 1],
    ['around', 'done', 6],
    ['compiled', 'failed', 3],
  ]);
});
