import { describe, expect, test } from 'vitest';
import { mergePipelines, type StageGraph } from '../../../../src/engine/index.ts';
import type { Pipeline } from '../../../../src/schema/pipeline.ts';
import { catalogueOf, toyDefinition, toyPipeline } from '../../../support/toy-pipelines.ts';

const variantOf = (temperature: number, studentRest = {}) =>
  toyPipeline(
    [
      { id: 'teacher', config: { rate: 1 } },
      { id: 'student', config: { temperature }, needs: { logits: 'teacher' }, ...studentRest },
      { id: 'judge', needs: { weights: 'student' } },
    ],
    { variant: { 'params.temperature': temperature } },
  );

const merge = (...pipelines: readonly Pipeline[]) => mergePipelines(pipelines, catalogueOf(toyDefinition()));
const ids = (graph: StageGraph) => [...graph.nodes.keys()];

describe('mergePipelines', () => {
  test('makes equal stages of several variants one node, and names the others by what sets them apart', async () => {
    const graph = await merge(variantOf(1), variantOf(4));
    expect(ids(graph)).toEqual([
      'teacher',
      'student{temperature=1}',
      'judge{temperature=1}',
      'student{temperature=4}',
      'judge{temperature=4}',
    ]);
    expect(graph.nodes.get('student{temperature=4}')?.inputs).toEqual({ logits: { node: 'teacher', output: 'out' } });
    expect(graph.nodes.get('judge{temperature=4}')?.inputs['weights']?.node).toBe('student{temperature=4}');
    expect(graph.nodes.get('teacher')?.variants).toEqual([{ 'params.temperature': 1 }, { 'params.temperature': 4 }]);
    expect(graph.nodes.get('student{temperature=1}')?.variants).toEqual([{ 'params.temperature': 1 }]);
  });

  test('keeps apart stages that differ in engine settings only', async () => {
    const graph = await merge(variantOf(1), { ...variantOf(1, { retries: 2 }), variant: { 'params.temperature': 2 } });
    expect(ids(graph)).toContain('student{temperature=1}');
    expect(ids(graph)).toContain('student{temperature=2}');
  });

  test('keeps apart stages of one pipeline that have different ids, though they compute the same', async () => {
    const graph = await merge(toyPipeline([{ id: 'a' }, { id: 'b' }]));
    expect(ids(graph)).toEqual(['a', 'b']);
  });

  test('puts producers before consumers, else keeps the order of the file', async () => {
    const graph = await merge(
      toyPipeline([
        { id: 'last', needs: { x: 'middle', y: 'first' } },
        { id: 'middle', needs: { x: 'first' } },
        { id: 'first' },
        { id: 'alone' },
      ]),
    );
    expect(ids(graph)).toEqual(['first', 'middle', 'last', 'alone']);
  });

  test('takes outputs from the configuration where the definition says so', async () => {
    const outputs = { made: { summary: '', file: 'made.txt' } };
    const definition = toyDefinition(undefined, { ports: () => ({ inputs: {}, outputs }) });
    const graph = await mergePipelines([toyPipeline([{ id: 'a' }])], catalogueOf(definition));
    expect(graph.nodes.get('a')?.outputs).toEqual(outputs);
  });

  test('says which stage has an unknown kind', async () => {
    await expect(merge(toyPipeline([{ id: 'a', uses: 'nothing' }]))).rejects.toThrow(
      'no stage kind "nothing" (stage "a")',
    );
  });

  test('cannot be changed', async () => {
    const graph = await merge(variantOf(1));
    expect(Object.isFrozen(graph)).toBe(true);
    expect(Object.isFrozen(graph.nodes.get('teacher'))).toBe(true);
  });
});
