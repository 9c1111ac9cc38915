import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { curvesOutput, readCurves } from '../../../../src/engine/run/curves.ts';
import { UserError } from '../../../../src/problem/errors.ts';
import { RunRig, states } from '../../../support/run-rig.ts';
import { type ToyProgram, type ToyStage, toyDefinition, toyPipeline } from '../../../support/toy-pipelines.ts';

const recipe = (temperature: number, rest: Partial<ToyStage> = {}) =>
  toyPipeline([
    { id: 'data' },
    { id: 'teacher', config: { rate: 1 }, needs: { data: 'data' } },
    { id: 'student', config: { temperature }, needs: { data: 'data', logits: 'teacher' }, ...rest },
    { id: 'judge-teacher', needs: { weights: 'teacher' } },
    { id: 'judge-student', needs: { weights: 'student' } },
  ]);

let rig: RunRig;
beforeEach(() => {
  rig = new RunRig();
});
afterEach(() => rig.store.remove());

describe('reuse', () => {
  test('runs everything once, then nothing', async () => {
    expect(await rig.ran(recipe(10))).toHaveLength(5);
    const again = await rig.run(recipe(10));
    expect(again).toMatchObject({ outcome: 'done', hits: 5, ran: 0, failed: 0, skipped: 0 });
    expect(rig.eventsOf('stage-hit')).toHaveLength(5);
    expect(rig.started).toHaveLength(5);
  });

  test('runs what a changed setting reaches, and nothing on the way back', async () => {
    await rig.run(recipe(10));
    expect(await rig.ran(recipe(4))).toEqual(['student', 'judge-student']);
    expect(await rig.ran(recipe(10))).toEqual([]);
  });

  test('stops where a rerun gives equal bytes', async () => {
    const rounding = toyDefinition((config) => String(Math.round(Number(config['value']))), { uses: 'round' });
    rig.definitions = [rounding, toyDefinition()];
    const pipeline = (value: number) =>
      toyPipeline([
        { id: 'a', uses: 'round', config: { value } },
        { id: 'b', needs: { x: 'a' } },
        { id: 'c', needs: { x: 'b' } },
      ]);
    await rig.run(pipeline(1.1));
    expect(await rig.ran(pipeline(1.2))).toEqual(['a']);
    expect(await rig.ran(pipeline(1.7))).toEqual(['a', 'b', 'c']);
  });

  test('computes what the variants of a sweep share once', async () => {
    const sweep = [1, 4, 10].map((temperature) => ({ ...recipe(temperature), variant: { temperature } }));
    const summary = await rig.run(sweep);
    expect(summary.stages.map(({ id }) => id)).toEqual([
      'data',
      'teacher',
      'student{temperature=1}',
      'judge-teacher',
      'judge-student{temperature=1}',
      'student{temperature=4}',
      'judge-student{temperature=4}',
      'student{temperature=10}',
      'judge-student{temperature=10}',
    ]);
    expect(summary.ran).toBe(9);
    expect(summary.stages[1]).toMatchObject({
      stage: 'teacher',
      variants: [{ temperature: 1 }, { temperature: 4 }, { temperature: 10 }],
    });
    expect(summary.stages[5]).toMatchObject({ stage: 'student', variants: [{ temperature: 4 }] });
    expect(await rig.ran(recipe(4))).toEqual([]);
  });

  test('computes two stages with one key once', async () => {
    const twins = toyPipeline([{ id: 'a' }, { id: 'b' }, { id: 'c', needs: { x: 'a', y: 'b' } }], {
      lanes: { cpu: 4 },
    });
    const summary = await rig.run(twins);
    expect(states(summary)).toEqual({ a: 'ran', b: 'hit', c: 'ran' });
    expect(rig.started).toEqual(['a', 'c']);
  });

  test('a second stage with the same key has the result without waiting for a place', async () => {
    const pipeline = toyPipeline([{ id: 'a' }, { id: 'other', config: { n: 1 } }, { id: 'b' }]);
    await rig.run(pipeline);
    const happened = rig.events.flatMap((event) => ('stage' in event ? [`${event.type} ${event.stage}`] : []));
    expect(happened.slice(0, 4)).toEqual(['stage-started a', 'stage-finished a', 'stage-hit b', 'stage-started other']);
  });

  test('forced stages run, and what depends on them only if their bytes differ', async () => {
    await rig.run(recipe(10));
    expect(await rig.ran(recipe(10), { force: ['teacher'] })).toEqual(['teacher']);
    let serial = 0;
    rig.definitions = [
      toyDefinition(() => {
        serial += 1;
        return String(serial);
      }),
    ];
    await rig.run(recipe(10), { force: ['data', 'teacher'] });
    expect(rig.eventsOf('stage-started').map(({ stage, reason }) => [stage, reason.kind])).toEqual([
      ['data', 'forced'],
      ['teacher', 'forced'],
      ['student', 'changed'],
      ['judge-teacher', 'changed'],
      ['judge-student', 'changed'],
    ]);
    expect(await rig.ran(recipe(10))).toEqual([]);
  });

  test('runs only what the targets need', async () => {
    expect(states(await rig.run(recipe(10), { targets: ['teacher'] }))).toEqual({ data: 'ran', teacher: 'ran' });
  });
});

describe('frozen', () => {
  test('runs nothing and names what would have to run', async () => {
    await rig.run(recipe(10));
    const summary = await rig.run(recipe(4), { frozen: true });
    expect(summary).toMatchObject({ outcome: 'failed', hits: 3, ran: 0, failed: 0, skipped: 2 });
    expect(states(summary)).toMatchObject({ student: 'skipped', 'judge-student': 'skipped' });
    expect(summary.stages[2]).toMatchObject({
      because: 'would have to run, but the run is frozen',
      reason: { kind: 'changed', changes: [{ field: 'with.temperature', before: '10', after: '4' }] },
    });
    expect(rig.started).toHaveLength(5);
  });

  test('is done if nothing would have to run', async () => {
    await rig.run(recipe(10));
    expect(await rig.run(recipe(10), { frozen: true })).toMatchObject({ outcome: 'done', hits: 5 });
  });
});

describe('records and summary', () => {
  test('keep what made a result', async () => {
    const params = { 'params.temperature': 10 };
    const working = toyDefinition(
      (_config, _inputs) => {
        rig.clock.advance(1500);
        return 'x';
      },
      { config: { type: 'object', properties: { workers: { keyed: false } } } },
    );
    rig.definitions = [working];
    const pipeline = toyPipeline([{ id: 'a' }, { id: 'b', config: { workers: 2 }, params, needs: { x: 'a' } }]);
    const summary = await rig.run(pipeline);
    const record = rig.store.records.get(summary.stages[1]!.key!)!;
    expect(record.seconds).toBe(1.5);
    expect(record.metrics).toEqual({ length: 1 });
    expect(record.material).toMatchObject({ uses: 'toy', version: 1, config: {}, facts: {} });
    expect(record.provenance).toEqual({
      run: 'test-run',
      pipeline: 'toy',
      stage: 'b',
      config: { workers: 2 },
      params,
      inputs: { x: 'a.out' },
      origin: { version: '0.0.0' },
      started: '2030-01-01T00:00:01.500Z',
      finished: '2030-01-01T00:00:03.000Z',
      ranOn: { machine: 'toy' },
    });
    expect(summary.stages[1]).toMatchObject({
      state: 'ran',
      seconds: 1.5,
      outputs: record.outputs,
      provenance: record.provenance,
    });
    expect(summary.seconds).toBe(3);
    expect((await rig.run(pipeline)).stages[1]).toMatchObject({ state: 'hit', seconds: 1.5, metrics: { length: 1 } });
  });

  test('events come in order', async () => {
    rig.definitions = [
      toyDefinition((_config, _inputs, context) => {
        context.report({ label: 'half way', done: 1, total: 2, unit: 'steps' });
        context.warn('careful');
        return 'x';
      }),
    ];
    await rig.run(toyPipeline([{ id: 'a' }, { id: 'b', needs: { x: 'a' } }]));
    expect(rig.events.map((event) => ('stage' in event ? `${event.type} ${event.stage}` : event.type))).toEqual([
      'run-started',
      'stage-started a',
      'stage-progress a',
      'stage-warning a',
      'stage-finished a',
      'stage-started b',
      'stage-progress b',
      'stage-warning b',
      'stage-finished b',
      'run-finished',
    ]);
    expect(rig.events[0]).toMatchObject({
      run: 'test-run',
      pipeline: 'toy',
      stages: [
        { id: 'a', uses: 'toy', lane: 'cpu', needs: [] },
        { id: 'b', uses: 'toy', lane: 'cpu', needs: ['a'] },
      ],
    });
  });
});

describe('failures', () => {
  const failing = (...names: readonly string[]) =>
    toyDefinition((config) => {
      if (names.includes(String(config['name']))) {
        throw new UserError(`${config['name']} cannot go on`, { hint: 'feed it' });
      }
      return 'x';
    });
  const tree = toyPipeline([
    { id: 'a', config: { name: 'a' } },
    { id: 'below-a', needs: { x: 'a' } },
    { id: 'far-below-a', needs: { x: 'below-a', y: 'b' } },
    { id: 'b', config: { name: 'b' } },
    { id: 'below-b', needs: { x: 'b' } },
  ]);

  test('start nothing new, and say what was left', async () => {
    rig.definitions = [failing('a')];
    const summary = await rig.run(tree);
    expect(summary).toMatchObject({ outcome: 'failed', failed: 1, ran: 0, skipped: 4 });
    expect(rig.eventsOf('stage-failed')).toEqual([
      { type: 'stage-failed', stage: 'a', seconds: 0, message: 'a cannot go on', hint: 'feed it', stack: undefined },
    ]);
    expect(rig.eventsOf('stage-skipped').map(({ stage, because }) => [stage, because])).toEqual([
      ['below-a', 'needs "a", which failed'],
      ['far-below-a', 'needs "a", which failed'],
      ['b', 'the run stopped after a failure'],
      ['below-b', 'the run stopped after a failure'],
    ]);
    expect(rig.store.records.size).toBe(0);
  });

  test('with keepGoing stop only what depends on them', async () => {
    rig.definitions = [failing('a')];
    const summary = await rig.run(tree, { keepGoing: true });
    expect(states(summary)).toEqual({
      a: 'failed',
      'below-a': 'skipped',
      'far-below-a': 'skipped',
      b: 'ran',
      'below-b': 'ran',
    });
    expect(summary.outcome).toBe('failed');
    expect(summary.stages[0]).toMatchObject({ because: 'a cannot go on' });
  });

  test('let running stages finish and keep their results', async () => {
    let finishSlow: (text: string) => void = () => undefined;
    const slow = toyDefinition(() => new Promise((resolve) => (finishSlow = resolve)), { uses: 'slow' });
    rig.definitions = [failing('a'), slow];
    rig.onEvent = (event) => {
      if (event.type === 'stage-failed') finishSlow('late');
    };
    const pipeline = toyPipeline([{ id: 'slow', uses: 'slow' }, { id: 'a', config: { name: 'a' } }, { id: 'b' }], {
      lanes: { cpu: 2 },
    });
    expect(states(await rig.run(pipeline))).toEqual({ slow: 'ran', a: 'failed', b: 'skipped' });
  });

  test('an error nobody foresaw keeps its stack', async () => {
    rig.definitions = [
      toyDefinition(() => {
        throw new TypeError('x is not a function');
      }),
    ];
    await rig.run(toyPipeline([{ id: 'a' }]));
    expect(rig.eventsOf('stage-failed')[0]).toMatchObject({
      message: 'x is not a function',
      stack: expect.stringContaining('TypeError'),
    });
  });

  test('a stage that ends without its output has failed', async () => {
    const lazy = toyDefinition(undefined, { load: async () => ({ run: async () => ({}) }) });
    rig.definitions = [lazy];
    expect(states(await rig.run(toyPipeline([{ id: 'a' }])))).toEqual({ a: 'failed' });
  });

  test('metrics that no record can hold are kept as null, with a warning: the work is done', async () => {
    const rig = new RunRig(
      toyDefinition(undefined, {
        load: async () => ({
          async run({ outputs }) {
            writeFileSync(outputs['out']!, 'fine');
            return { metrics: { accuracy: Number.NaN, large: 2.5e18 } };
          },
        }),
      }),
    );
    const summary = await rig.run(toyPipeline([{ id: 'a' }]));
    expect(summary.stages[0]).toMatchObject({ state: 'ran', metrics: { accuracy: null, large: 2.5e18 } });
    expect(rig.eventsOf('stage-warning').map(({ message }) => message)).toEqual([
      'its metric "accuracy" is NaN, and is kept as null',
    ]);
    expect((await rig.run(toyPipeline([{ id: 'a' }]))).hits).toBe(1);
    rig.store.remove();
  });

  test('what a stage reports at its steps is kept as curves beside its outputs; what it reports otherwise is not', async () => {
    const program: ToyProgram = (_config, _inputs, { report }) => {
      report({ label: 'loading', done: 0, total: 0, unit: 'files', metrics: { files: 3 } });
      for (const step of [1, 2, 3])
        report({
          label: `step ${step}`,
          done: step,
          total: 3,
          unit: 'steps',
          step,
          metrics: { loss: 1 / step, odd: step === 2 ? Number.NaN : 0 },
        });
      return 'out';
    };
    const rig = new RunRig(toyDefinition(program), toyDefinition(undefined, { uses: 'reader' }));
    const summary = await rig.run(toyPipeline([{ id: 'a' }, { id: 'b', uses: 'reader', needs: { from: 'a' } }]));
    const [a, b] = summary.stages;
    expect([Object.keys(a!.outputs), Object.keys(b!.outputs)]).toEqual([['out', 'curves'], ['out']]);
    const path = await rig.store.open(a!.outputs[curvesOutput]!, 'curves.json');
    expect(Object.fromEntries(readCurves(readFileSync(path, 'utf8')))).toEqual({
      loss: { steps: [1, 2, 3], values: [1, 0.5, 1 / 3] },
      odd: { steps: [1, 2, 3], values: [0, null, 0] },
    });
    rig.store.remove();
  });

  test('files next to the outputs are named, and not kept', async () => {
    const messy = toyDefinition((_config, _inputs, { outputs }) => {
      writeFileSync(join(dirname(outputs['out']!), 'notes.txt'), '');
      mkdirSync(join(dirname(outputs['out']!), 'folder'));
      return 'x';
    });
    rig.definitions = [messy];
    await rig.run(toyPipeline([{ id: 'a' }]));
    expect(rig.eventsOf('stage-warning').map(({ message }) => message)).toEqual([
      'wrote "folder", which is not a declared output and is not kept',
      'wrote "notes.txt", which is not a declared output and is not kept',
    ]);
  });

  test('are tried again as often as the stage allows, each time in a clean draft, with the same checkpoints', async () => {
    const seen: string[] = [];
    const flaky = toyDefinition((_config, _inputs, { outputs, checkpoints }) => {
      seen.push(`${existsSync(outputs['out']!)} ${existsSync(join(checkpoints, 'step'))}`);
      if (seen.length < 3) {
        writeFileSync(outputs['out']!, 'half');
        writeFileSync(join(checkpoints, 'step'), '');
        throw new Error('connection reset');
      }
      return 'x';
    });
    rig.definitions = [flaky];
    const summary = await rig.run(toyPipeline([{ id: 'a', retries: 2 }]));
    expect(summary.outcome).toBe('done');
    expect(seen).toEqual(['false false', 'false true', 'false true']);
    expect(rig.eventsOf('stage-started').map(({ attempt }) => attempt)).toEqual([1, 2, 3]);
    expect(rig.eventsOf('stage-warning').map(({ message }) => message)).toEqual([
      'attempt 1 of 3 failed: connection reset',
      'attempt 2 of 3 failed: connection reset',
    ]);
  });

  test('are final when retries are used up', async () => {
    rig.definitions = [failing('a')];
    expect((await rig.run(toyPipeline([{ id: 'a', config: { name: 'a' }, retries: 1 }]))).failed).toBe(1);
    expect(rig.started).toEqual(['a', 'a']);
  });
});

describe('time and the outside', () => {
  /** A stage that runs until it is told to stop. */
  const endless = toyDefinition((_config, _inputs, { signal }) => {
    return new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
  });

  test('a stage past its timeout is stopped and has failed', async () => {
    rig.definitions = [endless];
    rig.onEvent = (event) => {
      if (event.type === 'stage-started') setImmediate(() => rig.clock.advance(30_000));
    };
    const summary = await rig.run(toyPipeline([{ id: 'a', timeoutSeconds: 30 }]));
    expect(summary.stages[0]).toMatchObject({
      state: 'failed',
      seconds: 30,
      because: 'The stage was stopped: it took longer than its timeout of 30 s.',
    });
  });

  test('a stage within its timeout leaves no timer behind', async () => {
    await rig.run(toyPipeline([{ id: 'a', timeoutSeconds: 30 }]));
    expect(rig.clock.timers).toBe(0);
  });

  test('an abort stops what runs, starts nothing, and keeps what is finished', async () => {
    const controller = new AbortController();
    rig.definitions = [endless, toyDefinition(() => 'x', { uses: 'quick' })];
    rig.onEvent = (event) => {
      if (event.type === 'stage-finished') controller.abort(new Error('Ctrl-C'));
    };
    const pipeline = toyPipeline(
      [{ id: 'endless' }, { id: 'quick', uses: 'quick' }, { id: 'next', uses: 'quick', needs: { x: 'quick' } }],
      { lanes: { cpu: 2 } },
    );
    const summary = await rig.run(pipeline, {}, { signal: controller.signal });
    expect(summary.outcome).toBe('interrupted');
    expect(states(summary)).toEqual({ endless: 'skipped', quick: 'ran', next: 'skipped' });
    expect(rig.eventsOf('stage-skipped').map(({ because }) => because)).toEqual([
      'stopped; the next run starts it again',
      'the run was interrupted',
    ]);
    expect(rig.store.records.size).toBe(1);
  });

  test('a run that is aborted before it starts runs nothing', async () => {
    const summary = await rig.run(recipe(1), {}, { signal: AbortSignal.abort() });
    expect(summary).toMatchObject({ outcome: 'interrupted', skipped: 5 });
    expect(rig.started).toEqual([]);
  });

  test('a stage that ignores the abort and finishes has its result kept', async () => {
    const controller = new AbortController();
    rig.definitions = [
      toyDefinition(() => {
        controller.abort();
        return 'x';
      }),
    ];
    const summary = await rig.run(
      toyPipeline([{ id: 'a' }, { id: 'b', config: { n: 1 } }]),
      {},
      { signal: controller.signal },
    );
    expect(states(summary)).toEqual({ a: 'ran', b: 'skipped' });
  });

  test('what the observation says is part of the key, and a problem there stops everything before it starts', async () => {
    let content = 'one';
    rig.definitions = [
      toyDefinition(() => 'x', {
        source: async (_config, { digest }) => ({ facts: async () => ({ file: await digest(content) }) }),
      }),
    ];
    await rig.run(toyPipeline([{ id: 'a' }]));
    expect(await rig.ran(toyPipeline([{ id: 'a' }]))).toEqual([]);
    content = 'two';
    expect(await rig.ran(toyPipeline([{ id: 'a' }]))).toEqual(['a']);
    const missing = new UserError('There is no file two.csv.');
    rig.definitions = [toyDefinition(() => 'x', { source: () => Promise.reject(missing) })];
    await expect(rig.run(toyPipeline([{ id: 'a' }]))).rejects.toBe(missing);
    expect(rig.events).toEqual([]);
  });

  test('a result whose files changed under the stage is not kept', async () => {
    let content = 'one';
    const source = async () => ({ facts: async () => ({ files: { train: content, test: 'same' } }) });
    const definition = toyDefinition(
      () => {
        content = 'two';
        return 'x';
      },
      { source },
    );
    rig.definitions = [definition];
    const summary = await rig.run(toyPipeline([{ id: 'a' }]));
    expect(summary.stages[0]?.because).toBe('What the stage depends on changed while it ran: file train.');
    expect(rig.store.records.size).toBe(0);
  });

  test("the store's own failure ends the run with its error, once nothing runs any more", async () => {
    const full = new UserError('The disk is full.');
    const stopped: string[] = [];
    const watching = toyDefinition((_config, _inputs, { signal }) => {
      return new Promise((_resolve, reject) =>
        signal.addEventListener('abort', () => {
          stopped.push('stopped');
          reject(signal.reason);
        }),
      );
    });
    rig.definitions = [watching, toyDefinition(() => 'x', { uses: 'quick' })];
    const begin = rig.store.begin.bind(rig.store);
    rig.store.begin = async (key, options) => {
      const claim = await begin(key, options);
      if ('draft' in claim) claim.draft.publish = () => Promise.reject(full);
      return claim;
    };
    const pipeline = toyPipeline([{ id: 'long' }, { id: 'quick', uses: 'quick' }], { lanes: { cpu: 2 } });
    await expect(rig.run(pipeline)).rejects.toBe(full);
    expect(stopped).toEqual(['stopped']);
    expect(rig.events.at(-1)).toMatchObject({ type: 'run-finished', outcome: 'failed' });
  });
});

describe('lanes', () => {
  /** Stages that wait until so many of them run at once; each notes where it ran. */
  const meeting = (count: number) => {
    let release: () => void = () => undefined;
    const all = new Promise<void>((resolve) => (release = resolve));
    let present = 0;
    return async () => {
      present += 1;
      if (present === count) release();
      await all;
      return 'met';
    };
  };

  test('two stages that need nothing of each other run side by side in two lanes', async () => {
    const meet = meeting(2);
    rig.definitions = [toyDefinition(meet, { uses: 'on-gpu', lane: 'gpu' }), toyDefinition(meet, { uses: 'on-cpu' })];
    const pipeline = toyPipeline([
      { id: 'a', uses: 'on-gpu' },
      { id: 'b', uses: 'on-cpu' },
    ]);
    expect((await rig.run(pipeline)).outcome).toBe('done');
  });

  test('two stages run side by side on the places a lane declares, or the run gives it', async () => {
    for (const [declared, given] of [
      [{ gpu: 2 }, {}],
      [{}, { gpu: 2 }],
      [{ gpu: 2 }, { gpu: 1 }],
    ]) {
      rig.definitions = [toyDefinition(meeting(2), { lane: 'gpu', version: JSON.stringify([declared, given]) })];
      const pipeline = toyPipeline(
        [
          { id: 'a', config: { n: 1 } },
          { id: 'b', config: { n: 2 } },
        ],
        { lanes: declared! },
      );
      expect((await rig.run(pipeline, { lanes: given! })).outcome).toBe('done');
    }
  });

  test('one place runs one stage at a time', async () => {
    let running = 0;
    rig.definitions = [
      toyDefinition(
        async (config) => {
          running += 1;
          await new Promise((resolve) => setImmediate(resolve));
          expect(running).toBe(1);
          running -= 1;
          return JSON.stringify(config);
        },
        { lane: 'gpu' },
      ),
    ];
    const stages = [1, 2, 3].map((n) => ({ id: `s${n}`, config: { n } }));
    expect((await rig.run(toyPipeline(stages))).ran).toBe(3);
  });

  test('the executor is told the lane and the place', async () => {
    const seats: string[] = [];
    rig.definitions = [toyDefinition(undefined, { lane: 'gpu' })];
    const executor = {
      execute: async (job: {
        stage: string;
        lane: string;
        place: number;
        outputs: Readonly<Record<string, string>>;
      }) => {
        seats.push(`${job.stage} ${job.lane} ${job.place}`);
        await new Promise((resolve) => setImmediate(resolve));
        writeFileSync(job.outputs['out']!, job.stage);
        return { result: { metrics: {}, provenance: {} }, writersGone: true };
      },
      close: async () => undefined,
    };
    const stages = [1, 2].map((n) => ({ id: `s${n}`, config: { n } }));
    await rig.run(toyPipeline(stages, { lanes: { gpu: 2 } }), {}, { executor });
    expect(seats).toEqual(['s1 gpu 0', 's2 gpu 1']);
  });

  test('the longest chain by recorded seconds goes first', async () => {
    const working = (uses: string, seconds: number) =>
      toyDefinition(
        (config) => {
          rig.clock.advance(seconds * 1000);
          return JSON.stringify(config);
        },
        { uses },
      );
    rig.definitions = [working('short', 1), working('long', 60)];
    const pipeline = (seed: number) =>
      toyPipeline([
        { id: 'a', uses: 'short', config: { seed, a: 1 } },
        { id: 'b', uses: 'short', config: { seed, b: 1 } },
        { id: 'after-b', uses: 'long', config: { seed }, needs: { x: 'b' } },
        { id: 'c', uses: 'short', config: { seed, c: 1 } },
      ]);
    await rig.run(pipeline(1));
    expect(rig.started).toEqual(['b', 'a', 'after-b', 'c']);
    rig.started.length = 0;
    await rig.run(pipeline(2));
    expect(rig.started).toEqual(['b', 'after-b', 'a', 'c']);
  });
});
