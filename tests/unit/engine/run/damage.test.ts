import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { OutputRecord, RunSummary } from '../../../../src/engine/index.ts';
import { forecasts, RunRig, states } from '../../../support/run-rig.ts';
import { type ToyStage, toyDefinition, toyPipeline } from '../../../support/toy-pipelines.ts';

/** a -> b -> c, and d beside c. */
const pipeline = (config: ToyStage['config'] = {}) =>
  toyPipeline([
    { id: 'a' },
    { id: 'b', needs: { x: 'a' } },
    { id: 'c', config: config as Record<string, number>, needs: { x: 'b' } },
    { id: 'd', config: { d: 1 }, needs: { x: 'b' } },
  ]);

const outputOf = (summary: RunSummary, id: string): OutputRecord =>
  summary.stages.find((stage) => stage.id === id)!.outputs['out']!;

let rig: RunRig;
let first: RunSummary;
beforeEach(async () => {
  rig = new RunRig();
  first = await rig.run(pipeline());
  rig.started.length = 0;
});
afterEach(() => rig.store.remove());

describe('a lost object', () => {
  test('reruns nobody while its consumers are hits', async () => {
    rig.store.lose(outputOf(first, 'a'));
    rig.store.lose(outputOf(first, 'b'));
    expect(forecasts(await rig.plan(pipeline()))).toEqual({ a: 'hit', b: 'hit', c: 'hit', d: 'hit' });
    expect(await rig.ran(pipeline())).toEqual([]);
  });

  test('of a target is made again', async () => {
    rig.store.lose(outputOf(first, 'c'));
    expect(forecasts(await rig.plan(pipeline()))).toMatchObject({ c: 'object-missing', d: 'hit' });
    expect(await rig.ran(pipeline())).toEqual(['c']);
    expect(rig.store.objects.has(outputOf(first, 'c').digest)).toBe(true);
  });

  test('that a stage needs to run is made again, and as far up as need be, but no further', async () => {
    rig.store.lose(outputOf(first, 'b'));
    expect(forecasts(await rig.plan(pipeline({ c: 2 })))).toEqual({
      a: 'hit',
      b: 'object-missing',
      c: 'after b',
      d: 'after b',
    });
    expect(await rig.ran(pipeline({ c: 2 }))).toEqual(['b', 'c']);
    rig.store.lose(outputOf(first, 'a'));
    rig.store.lose(outputOf(first, 'b'));
    expect(await rig.ran(pipeline({ c: 3 }))).toEqual(['a', 'b', 'c']);
  });
});

describe('a damaged object', () => {
  test('of a target is set aside and made again, with a warning', async () => {
    rig.store.damage(outputOf(first, 'c'));
    expect(await rig.ran(pipeline())).toEqual(['c']);
    expect(rig.eventsOf('stage-started')[0]?.reason).toEqual({ kind: 'object-damaged', output: 'out' });
    expect(rig.eventsOf('stage-warning')).toEqual([
      {
        type: 'stage-warning',
        stage: 'c',
        message: 'its output "out" was damaged in the store: it was set aside and is recomputed',
      },
    ]);
    expect(rig.store.text(outputOf(first, 'c'))).not.toBe('altered');
  });

  test('is never read: its producer runs again first', async () => {
    rig.store.damage(outputOf(first, 'b'));
    const summary = await rig.run(pipeline({ c: 2 }));
    expect(states(summary)).toEqual({ a: 'hit', b: 'ran', c: 'ran', d: 'hit' });
    expect(rig.store.text(outputOf(summary, 'c'))).not.toContain('altered');
  });

  test('that is found only when its consumer starts is made again then', async () => {
    const slow = toyDefinition(
      () => {
        rig.store.damage(outputOf(first, 'b'));
        return 'slow';
      },
      { uses: 'slow' },
    );
    rig.definitions = [toyDefinition(), slow];
    const late = toyPipeline([
      { id: 'slow', uses: 'slow' },
      { id: 'a' },
      { id: 'b', needs: { x: 'a' } },
      { id: 'late', config: { late: 1 }, needs: { x: 'b' } },
      { id: 'd', config: { d: 1 }, needs: { x: 'b' } },
    ]);
    const summary = await rig.run(late);
    expect(states(summary)).toEqual({ slow: 'ran', a: 'hit', b: 'ran', late: 'ran', d: 'hit' });
    expect(rig.started).toEqual(['slow', 'b', 'late']);
    expect(rig.store.text(outputOf(summary, 'late'))).not.toContain('altered');
  });

  test('that is damaged again as soon as it is made fails its stage, and does not repeat for ever', async () => {
    const find = rig.store.find.bind(rig.store);
    const b = first.stages[1]!.key!;
    rig.store.find = async (key, options) => {
      const lookup = await find(key, options);
      if (key !== b || !options?.verify || lookup.state !== 'hit') return lookup;
      return { state: 'broken', record: lookup.record, output: 'out', damage: 'damaged' };
    };
    const begin = rig.store.begin.bind(rig.store);
    rig.store.begin = (key, options) => begin(key, { ...options, force: true });
    const summary = await rig.run(pipeline({ c: 2 }));
    expect(states(summary)).toEqual({ a: 'hit', b: 'failed', c: 'skipped', d: 'skipped' });
    expect(summary.stages[1]?.because).toBe('Its output "out" was damaged, was recomputed, and is damaged again.');
    expect(rig.started).toEqual(['b']);
  });
});

test('what is made again with other bytes reaches every consumer, so that a run is of one piece', async () => {
  let draws = 0;
  const random = toyDefinition(
    () => {
      draws += 1;
      return `draw ${draws}`;
    },
    { uses: 'random' },
  );
  rig.definitions = [toyDefinition(), random];
  const drawn = (c: number) =>
    toyPipeline([
      { id: 'drawn', uses: 'random' },
      { id: 'c', config: { c }, needs: { x: 'drawn' } },
      { id: 'd', needs: { x: 'drawn' } },
    ]);
  const before = await rig.run(drawn(1));
  rig.store.lose(outputOf(before, 'drawn'));
  const after = await rig.run(drawn(2));
  expect(states(after)).toEqual({ drawn: 'ran', c: 'ran', d: 'ran' });
  expect(rig.store.text(outputOf(after, 'c'))).toContain('draw 2');
  expect(rig.store.text(outputOf(after, 'd'))).toContain('draw 2');
  expect(await rig.ran(drawn(2))).toEqual([]);
});

test('a lost record reruns its stage, and equal bytes stop the wave there', async () => {
  rig.store.records.delete(first.stages[1]!.key!);
  expect(forecasts(await rig.plan(pipeline()))).toEqual({ a: 'hit', b: 'never-run', c: 'after b', d: 'after b' });
});
