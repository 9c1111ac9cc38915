import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { takeTurns } from '../../../bench/gpu/turns.ts';
import { freshDirectory } from '../../support/fresh-store.ts';

it('lets processes take turns in an order that moves, and continues without one that ends', async () => {
  const directory = freshDirectory();
  const script = join(directory, 'worker.mjs');
  const trail = join(directory, 'trail');
  writeFileSync(trail, '');
  // Each turn of n steps takes n milliseconds of its own clock; the third turn of one is its last.
  writeFileSync(
    script,
    `import { appendFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
const [name, last] = process.argv.slice(2);
let turns = 0;
console.log(JSON.stringify({ imagesPerStep: 1, versions: { [name]: '1' } }));
for await (const line of createInterface({ input: process.stdin })) {
  const { steps } = JSON.parse(line);
  if ((turns += 1) > Number(last)) throw new Error('enough');
  appendFileSync(${JSON.stringify(trail)}, name);
  console.log(JSON.stringify({ seconds: steps / 1000, peakBytes: 0 }));
}`,
  );
  const entrant = (name: string, last: number) => ({
    name,
    command: { program: process.execPath, arguments: [script, name, String(last)], environment: process.env },
  });
  const race = {
    signal: new AbortController().signal,
    sizes: { warmUp: 1, steps: 4, rounds: 3 },
    say: () => {},
  };
  const times = await takeTurns([entrant('a', 9), entrant('b', 3), entrant('c', 9)], race);
  expect(times.map(({ turns }) => turns)).toEqual([[1, 1, 1], [], [1, 1, 1]]);
  expect(times[1]!.failure).toContain('enough');
  expect(times[0]).toMatchObject({ firstSeconds: 0.001, versions: { a: '1' } });
  // First step and warm-up one after the other; then a round each, the first of which moves on. b ends in the second.
  expect(readFileSync(trail, 'utf8')).toBe('aabbcc' + 'abc' + 'ca' + 'ac');
});
