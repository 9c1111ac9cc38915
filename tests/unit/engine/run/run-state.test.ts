import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type RunEvent, RunState } from '../../../../src/engine/index.ts';
import { RunRig } from '../../../support/run-rig.ts';
import { toyDefinition, toyPipeline } from '../../../support/toy-pipelines.ts';

let rig: RunRig;
beforeEach(() => {
  rig = new RunRig();
});
afterEach(() => rig.store.remove());

/** The run that events tell, all at one moment. */
function told(events: readonly RunEvent[]): RunState {
  const run = new RunState();
  for (const event of events) run.apply(event, 0);
  return run;
}

const pipeline = (rate: number) =>
  toyPipeline([
    { id: 'data' },
    { id: 'train', config: { rate }, needs: { data: 'data' } },
    { id: 'judge', needs: { weights: 'train' } },
    { id: 'other' },
  ]);

describe('a run read from its events is the run', () => {
  test('that computed some and reused some', async () => {
    await rig.run(pipeline(1));
    const summary = await rig.run(pipeline(2));
    expect(summary).toMatchObject({ outcome: 'done', hits: 2, ran: 2 });
    expect(told(rig.events).summary()).toEqual(summary);
  });

  test('in which a stage failed after another attempt, and others could not start', async () => {
    rig.definitions = [
      toyDefinition((config) => {
        if (config['rate'] === 2) throw new Error('no');
        return 'x';
      }),
    ];
    const failing = pipeline(2);
    const summary = await rig.run(
      { ...failing, stages: failing.stages.map((stage) => ({ ...stage, retries: 1 })) },
      { keepGoing: true },
    );
    expect(summary).toMatchObject({ outcome: 'failed', ran: 1, hits: 1, failed: 1, skipped: 1 });
    const run = told(rig.events);
    expect(run.summary()).toEqual(summary);
    expect(run.stageOf('train')).toMatchObject({ state: 'failed', message: 'no', reason: { kind: 'never-run' } });
    expect(run.count('failed', 'skipped')).toBe(2);
  });

  test('that was frozen: what would have run keeps its key and its reason', async () => {
    await rig.run(pipeline(1));
    const summary = await rig.run(pipeline(2), { frozen: true });
    expect(told(rig.events).summary()).toEqual(summary);
    const [, train, judge] = summary.stages;
    expect(train).toMatchObject({ state: 'skipped', key: expect.any(String), reason: { kind: 'changed' } });
    expect(judge).toMatchObject({ state: 'skipped', key: undefined, reason: undefined });
  });

  test('of a sweep: which values each stage is used with', async () => {
    const variants = [1, 2].map((rate) => ({ ...pipeline(rate), variant: { 'params.rate': rate } }));
    const summary = await rig.run(variants);
    expect(told(rig.events).summary()).toEqual(summary);
    expect(summary.stages.map(({ id, stage, variants }) => [id, stage, variants.length])).toContainEqual([
      'train{rate=2}',
      'train',
      1,
    ]);
  });
});

test('a run whose end nobody told has skipped what did not end', async () => {
  await rig.run(pipeline(1));
  const cut = rig.events.findIndex(
    ({ type, ...rest }) => type === 'stage-started' && 'stage' in rest && rest.stage === 'train',
  );
  const run = told(rig.events.slice(0, cut + 1));
  expect(run.stageOf('train')).toMatchObject({ state: 'running', attempt: 1 });
  expect(run.summary()).toMatchObject({ outcome: 'interrupted', ran: expect.any(Number), failed: 0 });
  const [, train, judge] = run.summary().stages;
  expect(train).toMatchObject({ state: 'skipped', because: 'it did not end' });
  expect(judge).toMatchObject({ state: 'skipped', because: 'it did not start', key: undefined });
});

test('progress belongs to the attempt that made it', () => {
  const reason = { kind: 'forced' } as const;
  const starts = (attempt: number): RunEvent => ({ type: 'stage-started', stage: 'a', key: 'k', reason, attempt });
  const progress = (done: number): RunEvent => ({
    type: 'stage-progress',
    stage: 'a',
    progress: { label: 'epoch', done, total: 100, unit: 'images' },
  });
  const run = new RunState();
  run.apply(starts(1), 10);
  run.apply(progress(20), 10);
  run.apply(progress(60), 12);
  expect(run.stageOf('a')).toMatchObject({ since: 10, progress: { rate: { perSecond: 20, secondsLeft: 2 } } });
  run.apply(starts(2), 13);
  expect(run.stageOf('a')).toEqual({ state: 'running', key: 'k', reason, attempt: 2, since: 13 });
  run.apply(progress(1), 14);
  expect(run.stageOf('a')).toMatchObject({ progress: { rate: { perSecond: undefined } } });
});

test('a stage that is stopped says how far it got, and whether it continues from there', async () => {
  const controller = new AbortController();
  const stoppable = (uses: string, hasCheckpoints: boolean) =>
    toyDefinition(
      async (_config, _inputs, { checkpoints, report, signal }) => {
        if (hasCheckpoints) writeFileSync(join(checkpoints, 'last'), 'x');
        report({ label: 'epoch 2/5', done: 2, total: 5, unit: 'epochs' });
        return new Promise((_resolve, reject) => {
          if (signal.aborted) reject(signal.reason);
          signal.addEventListener('abort', () => reject(signal.reason));
        });
      },
      { uses },
    );
  rig.definitions = [stoppable('resuming', true), stoppable('forgetful', false)];
  let reports = 0;
  rig.onEvent = (event) => {
    if (event.type === 'stage-progress' && ++reports === 2) controller.abort(new Error('Ctrl-C'));
  };
  const stages = [
    { id: 'a', uses: 'resuming' },
    { id: 'b', uses: 'forgetful' },
  ];
  const summary = await rig.run(toyPipeline(stages, { lanes: { cpu: 2 } }), {}, { signal: controller.signal });
  expect(summary.stages.map(({ because }) => because)).toEqual([
    'stopped at epoch 2/5; the next run continues from its last checkpoint',
    'stopped at epoch 2/5; the next run starts it again',
  ]);
});
