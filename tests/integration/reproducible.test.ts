import { join } from 'node:path';
import { expect, test } from 'vitest';
import { pipe } from '../support/pipe.ts';
import { temporaryDirectory } from '../support/temporary.ts';

const directory = temporaryDirectory();

/** The digests of all that a run of the whole pipeline in processes and a store of its own makes, by stage. */
async function digestsOfRun(name: string, ...options: readonly string[]): Promise<Readonly<Record<string, object>>> {
  const pipeline = ['pipelines/consistency.yaml', '--overlay', 'tests/fixtures/tiny.yaml'];
  const { code, stdout, stderr } = await pipe([
    'run',
    ...pipeline,
    ...options,
    ...['--artifacts', join(directory, name), '--json'],
  ]);
  expect(code, stderr).toBe(0);
  const { ran, stages } = JSON.parse(stdout) as {
    ran: number;
    stages: { id: string; outputs: Record<string, { digest: string }> }[];
  };
  expect(ran).toBe(stages.length);
  return Object.fromEntries(stages.map(({ id, outputs }) => [id, Object.values(outputs).map(({ digest }) => digest)]));
}

/** What the teacher of a store was trained on, as its record says. */
async function deviceOf(name: string): Promise<object> {
  const { stdout, code, stderr } = await pipe(['show', 'teacher', '--artifacts', join(directory, name), '--json']);
  expect(code, stderr).toBe(0);
  return (JSON.parse(stdout) as { provenance: { ranOn: { device: object } } }).provenance.ranOn.device;
}

test('the same seed gives the same bits, another seed others: weights, logits, corrupted images, accuracies', {
  timeout: 240_000,
}, async () => {
  const first = await digestsOfRun('first');
  expect(await digestsOfRun('second', '--deterministic')).toEqual(first);
  expect(await deviceOf('first')).not.toHaveProperty('deterministic');
  expect(await deviceOf('second')).toHaveProperty('deterministic', true);
  expect(await deviceOf('first')).toHaveProperty('steps', 'one graph');
  const other = await digestsOfRun('other', '--set', 'params.seed=43');
  expect(other['data']).toEqual(first['data']);
  for (const stage of ['initial-weights', 'teacher', 'logits', 'student'])
    expect(other[stage]).not.toEqual(first[stage]);
});
