import { createHash } from 'node:crypto';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Store } from '../../../../src/engine/index.ts';
import { RunRig, states } from '../../../support/run-rig.ts';
import { toyDefinition, toyPipeline } from '../../../support/toy-pipelines.ts';

let rig: RunRig;
beforeEach(() => {
  rig = new RunRig(toyDefinition(undefined, { lane: 'gpu' }));
});
afterEach(() => rig.store.remove());

const shared = toyPipeline([{ id: 'shared', config: { s: 1 } }]);

async function keyOf(id: string, pipeline = shared): Promise<string> {
  const plan = await rig.plan(pipeline);
  const forecast = plan.stages.find((stage) => stage.id === id)!.forecast;
  if (forecast.state !== 'miss') throw new Error(`${id} has no key yet`);
  return forecast.key;
}

test('if another process computes a key, the run waits, says for whom, and reuses the result', async () => {
  const key = await keyOf('shared');
  const other = new RunRig(...rig.definitions);
  const record = (await other.run(shared)).stages[0]!;
  const release = rig.store.claimFor('process 7 on elsewhere', key);
  rig.onEvent = (event) => {
    if (event.type !== 'stage-waiting') return;
    for (const [digest, content] of other.store.objects) rig.store.objects.set(digest, content);
    rig.store.records.set(key, other.store.records.get(key)!);
    setImmediate(release);
  };
  const summary = await rig.run(shared);
  expect(rig.events.map(({ type }) => type)).toEqual(['run-started', 'stage-waiting', 'stage-hit', 'run-finished']);
  expect(rig.eventsOf('stage-waiting')).toEqual([
    { type: 'stage-waiting', stage: 'shared', key, holder: 'process 7 on elsewhere' },
  ]);
  expect(summary.stages[0]).toMatchObject({ state: 'hit', outputs: record.outputs });
  other.store.remove();
});

test('if the other process gives up, the run computes it', async () => {
  const release = rig.store.claimFor('process 7', await keyOf('shared'));
  rig.onEvent = (event) => {
    if (event.type === 'stage-waiting') setImmediate(release);
  };
  expect(states(await rig.run(shared))).toEqual({ shared: 'ran' });
});

test('the place in the lane goes to others while a stage waits', async () => {
  const pipeline = toyPipeline([...shared.stages.map(({ id, config }) => ({ id, config })), { id: 'other' }]);
  const release = rig.store.claimFor('process 7', await keyOf('shared', pipeline));
  rig.onEvent = (event) => {
    if (event.type === 'stage-finished' && event.stage === 'other') release();
  };
  expect(states(await rig.run(pipeline))).toEqual({ shared: 'ran', other: 'ran' });
  expect(rig.started).toEqual(['other', 'shared']);
});

test('an abort ends the wait', async () => {
  const controller = new AbortController();
  rig.store.claimFor('process 7', await keyOf('shared'));
  rig.onEvent = (event) => {
    if (event.type === 'stage-waiting') setImmediate(() => controller.abort());
  };
  const summary = await rig.run(shared, {}, { signal: controller.signal });
  expect(summary.outcome).toBe('interrupted');
  expect(states(summary)).toEqual({ shared: 'skipped' });
});

test('a claim that comes with the abort is given up, and nothing starts', async () => {
  const controller = new AbortController();
  const begin = rig.store.begin.bind(rig.store);
  rig.store.begin = async (key, options) => {
    const claim = await begin(key, options);
    controller.abort();
    return claim;
  };
  const key = await keyOf('shared');
  const summary = await rig.run(shared, {}, { signal: controller.signal });
  expect(summary.outcome).toBe('interrupted');
  expect(rig.started).toEqual([]);
  await expectUnclaimed(begin, key);
});

test('a failure elsewhere ends the wait, too', async () => {
  const failing = toyDefinition(
    () => {
      throw new Error('broken');
    },
    { uses: 'failing' },
  );
  rig.definitions = [...rig.definitions, failing];
  const pipeline = toyPipeline([
    { id: 'shared', config: { s: 1 } },
    { id: 'failing', uses: 'failing' },
  ]);
  rig.store.claimFor('process 7', await keyOf('shared', pipeline));
  expect(states(await rig.run(pipeline))).toEqual({ shared: 'skipped', failing: 'failed' });
});

test('a claim won by waiting is given up where the run stops before there is a place', async () => {
  const slow = toyDefinition(
    async () => {
      release();
      await new Promise((resolve) => setImmediate(resolve));
      throw new Error('broken');
    },
    { uses: 'slow', lane: 'gpu' },
  );
  rig.definitions = [...rig.definitions, slow];
  const pipeline = toyPipeline([
    { id: 'shared', config: { s: 1 } },
    { id: 'slow', uses: 'slow' },
  ]);
  const key = await keyOf('shared', pipeline);
  const release = rig.store.claimFor('process 7', key);
  expect(states(await rig.run(pipeline))).toEqual({ shared: 'skipped', slow: 'failed' });
  await expectUnclaimed(rig.store.begin.bind(rig.store), key);
});

test('if another process computes different bytes, consumers read those', async () => {
  const anew = () => {
    const [key, record] = [...rig.store.records].find(([, { provenance }]) => provenance['stage'] === 'drawn')!;
    const content = Buffer.from('drawn elsewhere');
    const digest = createHash('sha256').update(content).digest('hex');
    rig.store.objects.set(digest, content);
    rig.store.records.set(key, { ...record, outputs: { out: { digest, bytes: content.length, directory: false } } });
    return 'slow';
  };
  rig.definitions = [
    toyDefinition(() => 'drawn here', { uses: 'drawn' }),
    toyDefinition(anew, { uses: 'slow' }),
    toyDefinition(),
  ];
  const pipeline = toyPipeline([
    { id: 'drawn', uses: 'drawn' },
    { id: 'slow', uses: 'slow' },
    { id: 'late', needs: { x: 'drawn' } },
    { id: 'early', config: { early: true }, needs: { x: 'drawn' } },
  ]);
  await rig.run(pipeline, { targets: ['early'] });
  const summary = await rig.run(pipeline);
  expect(states(summary)).toEqual({ drawn: 'hit', slow: 'ran', late: 'ran', early: 'ran' });
  for (const stage of summary.stages.slice(2))
    expect(rig.store.text(stage.outputs['out'])).toContain('drawn elsewhere');
});

/** Begins a key: where somebody held it, this would wait. */
async function expectUnclaimed(begin: Store['begin'], key: string): Promise<void> {
  const waited: string[] = [];
  await begin(key, { signal: new AbortController().signal, onWait: (holder) => waited.push(holder) });
  expect(waited).toEqual([]);
}
