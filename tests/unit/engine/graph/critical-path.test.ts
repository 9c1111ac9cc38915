import { expect, test } from 'vitest';
import { priorities } from '../../../../src/engine/graph/critical-path.ts';
import { mergePipelines } from '../../../../src/engine/index.ts';
import { catalogueOf, toyDefinition, toyPipeline } from '../../../support/toy-pipelines.ts';

async function order(seconds: Readonly<Record<string, number>>): Promise<readonly string[]> {
  const pipeline = toyPipeline([
    { id: 'data' },
    { id: 'alone' },
    { id: 'corrupted', needs: { x: 'data' } },
    { id: 'teacher', needs: { x: 'data' } },
    { id: 'judge', needs: { x: 'teacher', y: 'corrupted' } },
  ]);
  const { nodes } = await mergePipelines([pipeline], catalogueOf(toyDefinition()));
  const ranks = priorities([...nodes.values()], ({ id }) => seconds[id] ?? 1);
  return [...ranks].sort(([, a], [, b]) => b - a).map(([id]) => id);
}

test('a node goes before those whose chain of seconds below is shorter', async () => {
  expect(await order({ teacher: 10, corrupted: 2, judge: 3, alone: 5 })).toEqual([
    'data', // 1 + 10 + 3
    'teacher', // 10 + 3
    'alone', // 5
    'corrupted', // 2 + 3
    'judge',
  ]);
});

test('of equals the first in the graph goes first', async () => {
  expect(await order({})).toEqual(['data', 'corrupted', 'teacher', 'alone', 'judge']);
});
