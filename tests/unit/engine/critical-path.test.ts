import { expect, test } from 'vitest';
import { criticalPaths } from '../../../src/engine/critical-path.ts';
import { mergePipelines } from '../../../src/engine/index.ts';
import { catalogueOf, toyDefinition, toyPipeline } from '../../support/toy-pipelines.ts';

test('a node weighs its own seconds and the longest chain below it', async () => {
  const pipeline = toyPipeline([
    { id: 'data' },
    { id: 'teacher', needs: { x: 'data' } },
    { id: 'corrupted', needs: { x: 'data' } },
    { id: 'judge', needs: { x: 'teacher', y: 'corrupted' } },
    { id: 'alone' },
  ]);
  const { nodes } = await mergePipelines([pipeline], catalogueOf(toyDefinition()));
  const seconds: Record<string, number> = { data: 1, teacher: 10, corrupted: 2, judge: 3, alone: 5 };
  expect(Object.fromEntries(criticalPaths([...nodes.values()], ({ id }) => seconds[id]!))).toEqual({
    data: 14,
    teacher: 13,
    corrupted: 5,
    judge: 3,
    alone: 5,
  });
});
