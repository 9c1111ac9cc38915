import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { checkContinuable, type GraphNode, mergePipelines } from '../../../../src/engine/index.ts';
import { ConfigurationError } from '../../../../src/problem/errors.ts';
import { RunRig, states } from '../../../support/run-rig.ts';
import { catalogueOf, toyDefinition, toyPipeline } from '../../../support/toy-pipelines.ts';

let rig: RunRig;
/** How many times the stage counted in each of its runs. */
let counted: number[];
/** Where it is to break, by the number it has counted to. */
let breakAt: number | undefined;

/** Counts to `config.count`, with a checkpoint at every number, and says with how many. */
const counter = toyDefinition(
  ({ count, name }, _inputs, { checkpoints }) => {
    const path = join(checkpoints, 'state');
    let at = existsSync(path) ? Number(readFileSync(path, 'utf8')) : 0;
    counted.push(0);
    while (at < Number(count)) {
      if (at === breakAt) throw new Error('broken');
      at += 1;
      counted[counted.length - 1]! += 1;
      writeFileSync(path, String(at));
    }
    return `${name} ${at}`;
  },
  {
    uses: 'counter',
    config: { type: 'object', properties: { keepEnd: { type: 'boolean', keyed: false } } },
    continuation: {
      field: 'count',
      keepsEnd: ({ keepEnd }) => keepEnd === true,
      refusal: ({ falls }) => (falls ? { message: 'it falls', hint: 'let it stand' } : undefined),
    },
  },
);

const pipeline = (count: number, rest: object = {}) =>
  toyPipeline([{ id: 'count', uses: 'counter', config: { count, name: 'a', keepEnd: true, ...rest } }]);

beforeEach(() => {
  rig = new RunRig(counter);
  counted = [];
  breakAt = undefined;
});
afterEach(() => rig.store.remove());

const continued = { continued: ['count'] };

describe('a stage that is asked to continue from the end of a shorter one', () => {
  test('does, comes to what the whole comes to, and its record says so', async () => {
    const short = await rig.run(pipeline(3));
    await rig.run(pipeline(5));
    const [stage] = (await rig.run(pipeline(8), continued)).stages;
    expect(counted).toEqual([3, 5, 3]);
    expect(rig.store.text(stage!.outputs['out'])).toBe('a 8');
    const { key } = (await rig.run(pipeline(5))).stages[0]!;
    expect(stage!.provenance['continued']).toEqual({ key, field: 'count', value: 5 });
    expect(rig.store.records.get(short.stages[0]!.key!)!.provenance).not.toHaveProperty('continued');
    const plain = await rig.run(pipeline(8, { keepEnd: false }));
    expect(plain.stages[0]).toMatchObject({ state: 'hit', key: stage!.key });
  });

  test('says it while it happens', async () => {
    const { key } = (await rig.run(pipeline(3))).stages[0]!;
    await rig.run(pipeline(8), continued);
    expect(rig.eventsOf('stage-continued')).toEqual([
      { type: 'stage-continued', stage: 'count', key, field: 'count', value: 3 },
    ]);
  });

  test('that was interrupted is told as such also where it is not asked for again', async () => {
    await rig.run(pipeline(3));
    breakAt = 6;
    expect(states(await rig.run(pipeline(8), continued))).toEqual({ count: 'failed' });
    breakAt = undefined;
    const [stage] = (await rig.run(pipeline(8))).stages;
    expect(counted).toEqual([3, 3, 2]);
    expect(stage!.provenance['continued']).toMatchObject({ value: 3 });
  });

  test('continues from its own checkpoints where it has some', async () => {
    await rig.run(pipeline(3));
    breakAt = 6;
    await rig.run(pipeline(8));
    breakAt = undefined;
    const [stage] = (await rig.run(pipeline(8), continued)).stages;
    expect(counted).toEqual([3, 6, 2]);
    expect(stage!.provenance).not.toHaveProperty('continued');
  });

  test('never takes up one that differs in anything else, or is longer', async () => {
    await rig.run(pipeline(3, { name: 'b' }));
    await rig.run(pipeline(9));
    const summary = await rig.run(pipeline(8), continued);
    expect(summary.stages[0]).toMatchObject({
      state: 'failed',
      because: 'There is no result of count that differs only by fewer count.',
    });
    expect(counted).toEqual([3, 9]);
  });

  test('takes up the longest one that kept its end, in whatever order they were computed', async () => {
    await rig.run(pipeline(6, { keepEnd: false }));
    await rig.run(pipeline(5));
    await rig.run(pipeline(3));
    const [stage] = (await rig.run(pipeline(8), continued)).stages;
    expect(counted).toEqual([6, 5, 3, 3]);
    expect(stage!.provenance['continued']).toMatchObject({ value: 5 });
  });

  test('says so where the shorter one did not keep its end', async () => {
    await rig.run(pipeline(3, { keepEnd: false }));
    const summary = await rig.run(pipeline(8), continued);
    expect(summary.stages[0]!.because).toContain('The result of count with count 3 has no final state');
  });
});

test('without being asked for, nothing continues from the end of another', async () => {
  await rig.run(pipeline(3));
  await rig.run(pipeline(8));
  expect(counted).toEqual([3, 8]);
});

test('a kind that has no end, and settings with which it would be another, are refused before anything runs', async () => {
  const graph = await mergePipelines(
    [toyPipeline([{ id: 'plain' }, { id: 'falling', uses: 'counter', config: { count: 1, falls: true } }])],
    catalogueOf(toyDefinition(), counter),
  );
  const check = (id: string) => () => checkContinuable([graph.nodes.get(id) as GraphNode], { option: '--continue' });
  expect(check('plain')).toThrow(ConfigurationError);
  expect(check('plain')).toThrow('plain: a stage of kind toy keeps no final state to continue from');
  expect(check('falling')).toThrow('falling: it falls');
});
