import { afterEach, beforeEach, expect, test } from 'vitest';
import { inProcessExecutor, mergePipelines, rerunStage } from '../../../../src/engine/index.ts';
import { RunRig } from '../../../support/run-rig.ts';
import { catalogueOf, toyDefinition, toyPipeline } from '../../../support/toy-pipelines.ts';

let rig: RunRig;
let text = 'first';

/** `a` writes whatever `text` is; `b` reads it. */
const pipeline = toyPipeline([
  { id: 'a', uses: 'moody' },
  { id: 'b', needs: { in: 'a' } },
]);

beforeEach(() => {
  text = 'first';
  rig = new RunRig(
    toyDefinition(),
    toyDefinition(() => text, { uses: 'moody' }),
  );
});
afterEach(() => rig.store.remove());

async function again(stage: string, signal = new AbortController().signal) {
  const catalogue = catalogueOf(...rig.definitions);
  const graph = await mergePipelines([pipeline], catalogue);
  const examined: string[][] = [];
  const rerun = await rerunStage(graph, graph.nodes.get(stage)!, {
    store: rig.store,
    executor: inProcessExecutor(catalogue),
    world: rig.world,
    clock: rig.clock,
    identity: { run: 'rerun', pipeline: 'toy', origin: { version: '0.0.0' } },
    listener: { progress: () => undefined, warn: () => undefined, say: () => undefined },
    signal,
    examine: async (...paths) => {
      examined.push(paths);
      return ['the text differs'];
    },
  });
  return { rerun, examined };
}

test('a stage that gives the same bytes is identical', async () => {
  await rig.run(pipeline);
  const { rerun, examined } = await again('b');
  expect(rerun).toMatchObject({
    stage: 'b',
    outputs: [{ output: 'out', isIdentical: true, files: [] }],
    surroundings: [],
  });
  expect(examined).toEqual([]);
});

test('one that does not is told by output, and the stored result stays what it is', async () => {
  const { stages } = await rig.run(pipeline);
  text = 'second';
  const { rerun, examined } = await again('a');
  const [output] = rerun.outputs;
  expect(output).toMatchObject({ isIdentical: false, files: [{ path: '', details: ['the text differs'] }] });
  expect(output!.computed.digest).not.toBe(output!.stored.digest);
  expect(examined).toHaveLength(1);
  expect(rig.store.text(stages[0]!.outputs['out'])).toBe('first');
  expect(await rig.ran(pipeline)).toEqual([]);
});

test('without a result, or without an input, there is nothing to compare', async () => {
  await expect(again('a')).rejects.toThrow('a has no result yet to compare with.');
  await expect(again('b')).rejects.toThrow('it reads a, which has no complete result');
});

test('a stage that fails the second time says so', async () => {
  await rig.run(pipeline);
  rig.definitions = [
    toyDefinition(),
    toyDefinition(() => Promise.reject(new Error('no more of this')), { uses: 'moody' }),
  ];
  await expect(again('a')).rejects.toThrow('a failed: no more of this');
});

test('stopped, it says why it was', async () => {
  await rig.run(pipeline);
  await expect(again('a', AbortSignal.abort(new Error('enough')))).rejects.toThrow('enough');
});
