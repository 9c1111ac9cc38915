import { existsSync, readdirSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { readSafetensors } from '../../src/data/index.ts';
import { type Outcome, pipe, startPipe } from '../support/pipe.ts';
import { temporaryDirectory } from '../support/temporary.ts';
import { until } from '../support/until.ts';

const directory = temporaryDirectory();
const kills = process.env['PIPE_TEST_LONG'] ? 40 : 3;

/** Forty epochs of three steps each, a checkpoint after every step: enough to be stopped in the middle. */
const command = [
  'run',
  'pipelines/consistency.yaml',
  '--overlay',
  'tests/fixtures/tiny.yaml',
  ...['params.epochs=40', 'params.teacher.earlyStopping=null', 'stages.teacher.with.earlyStopping=null'].flatMap(set),
  ...['stages.teacher.with.checkpointSeconds=0'].flatMap(set),
  '--target',
  'teacher',
];

function set(text: string): readonly string[] {
  return ['--set', text];
}

const digestOfWeights = ({ code, stdout, stderr }: Outcome): string => {
  expect(code, stderr).toBe(0);
  const { stages } = JSON.parse(stdout) as {
    stages: { id: string; outputs: Record<string, { digest: string }> }[];
  };
  return stages.find(({ id }) => id === 'teacher')!.outputs['weights']!.digest;
};

/** The step of the checkpoint in a store, counted from the beginning; undefined while there is none. */
async function stepsDone(artifacts: string): Promise<number | undefined> {
  const folder = join(artifacts, 'checkpoints');
  const [key] = existsSync(folder) ? readdirSync(folder) : [];
  const path = join(folder, key ?? '', 'training.safetensors');
  if (!existsSync(path)) return undefined;
  const { metadata } = await readSafetensors(path).catch(() => ({ metadata: {} as Record<string, string> }));
  const { epoch, batch } = JSON.parse(metadata['progress'] ?? '{}') as { epoch?: number; batch?: number };
  return epoch === undefined || batch === undefined ? undefined : 3 * epoch + batch;
}

const past = (artifacts: string, steps: number) =>
  until(async () => {
    const done = await stepsDone(artifacts);
    return done !== undefined && done > steps ? done : undefined;
  });

test('Ctrl-C and kill -9: the same command continues, to the same bits as a run that nothing disturbed', async () => {
  const undisturbed = digestOfWeights(await pipe([...command, '--json', '--artifacts', join(directory, 'whole')]));

  const artifacts = join(directory, 'disturbed');
  const typed = [...command, '--json', '--artifacts', artifacts];
  const first = startPipe(typed);
  await past(artifacts, 5);
  process.kill(-first.child.pid!, 'SIGINT');
  const interrupted = await first.outcome;
  expect(interrupted.code, interrupted.stderr).toBe(130);
  expect(interrupted.stderr).toContain('stopping at the next step; press again to stop at once\n');
  expect(interrupted.stderr).toContain('interrupted: run the same command again to continue\n');
  const summary = JSON.parse(interrupted.stdout) as { stages: { id: string; state: string; because: string }[] };
  expect(summary.stages.find(({ id }) => id === 'teacher')).toMatchObject({
    state: 'skipped',
    because: expect.stringMatching(/^stopped at epoch \d+\/40; the next run continues from its last checkpoint$/u),
  });
  const atInterrupt = (await stepsDone(artifacts))!;

  const second = startPipe(typed);
  const goneOn = await until(async () => {
    const done = await stepsDone(artifacts);
    return done === undefined || done === atInterrupt ? undefined : done;
  });
  // From its beginning it would be at step 1 here.
  expect(goneOn).toBeGreaterThan(atInterrupt);
  process.kill(second.child.pid!, 'SIGKILL');
  expect((await second.outcome).code).toBeNull();

  const last = await pipe(typed);
  expect(digestOfWeights(last)).toBe(undisturbed);
  expect(readdirSync(join(artifacts, 'checkpoints'))).toEqual([]);
  expect((await pipe(['verify', '--artifacts', artifacts])).code).toBe(0);
}, 240_000);

test(`killed ${kills} times at any moment of training, it comes to the same bits, and no kill leaves a lie`, async () => {
  const undisturbed = digestOfWeights(await pipe([...command, '--json', '--artifacts', join(directory, 'calm')]));
  let artifacts = '';
  for (let killed = 0; killed < kills; ) {
    // A run that finished before it was killed begins again elsewhere.
    if (artifacts === '' || (await isDone(artifacts))) artifacts = join(directory, `killed-${killed}`);
    const before = (await stepsDone(artifacts)) ?? 0;
    const { child, outcome } = startPipe([...command, '--json', '--artifacts', artifacts]);
    let ended = false;
    void outcome.then(() => {
      ended = true;
    });
    // At least one step further than the last time, plus some time.
    await until(async () => (ended || ((await stepsDone(artifacts)) ?? 0) > before ? true : undefined));
    await delay((killed * 37) % 101);
    child.kill('SIGKILL');
    if ((await outcome).code !== null) continue;
    killed += 1;
    const verified = await pipe(['verify', '--artifacts', artifacts]);
    expect(verified.code, verified.stdout).toBe(0);
  }
  expect(digestOfWeights(await pipe([...command, '--json', '--artifacts', artifacts]))).toBe(undisturbed);
}, 3_600_000);

/** Whether the teacher's result is in the store. */
async function isDone(artifacts: string): Promise<boolean> {
  const { code } = await pipe(['show', 'teacher', '--artifacts', artifacts]);
  return code === 0;
}

test('with --continue, more epochs continue from the final state of fewer, to the bits of the whole', async () => {
  const artifacts = join(directory, 'continued');
  const teacher = (epochs: number, ...words: readonly string[]) => [
    ...['run', 'pipelines/consistency.yaml', '--overlay', 'tests/fixtures/tiny.yaml', '--target', 'teacher', '--json'],
    ...[`params.epochs=${epochs}`, 'stages.teacher.with.keepEnd=true'].flatMap(set),
    ...words,
  ];
  const whole = digestOfWeights(await pipe(teacher(5, '--artifacts', join(directory, 'at-once'))));
  const short = digestOfWeights(await pipe(teacher(2, '--artifacts', artifacts)));
  expect(short).not.toBe(whole);
  const long = await pipe(teacher(5, '--artifacts', artifacts, '--continue', 'teacher'));
  expect(digestOfWeights(long)).toBe(whole);
  expect(long.stderr).toMatch(/^teacher: continues from the end of epochs 2, key [0-9a-f]{12}$/mu);
  const shown = await pipe(['show', 'teacher', '--artifacts', artifacts]);
  expect(shown.stdout).toMatch(/^began {3}at the end of epochs 2, key [0-9a-f]{64}, as was asked$/mu);

  const falling = set('params.teacher.optimizer.decay=cosine');
  const refused = await pipe(teacher(9, ...falling, '--artifacts', artifacts, '--continue', 'teacher'));
  expect(refused.code).toBe(2);
  expect(
    refused.stderr,
  ).toBe(`--continue teacher  teacher: its learning rate follows a cosine decay over all epochs: with more epochs, every step would be different
           ~~~~~~~
    hint: train from the beginning, or set optimizer.decay to constant
`);
}, 240_000);

test('the second Ctrl-C stops at once a stage that does not listen', async () => {
  const deaf = join(directory, 'deaf.mjs');
  await writeFile(
    deaf,
    `import { writeFileSync } from 'node:fs';
export default {
  summary: 'Does not listen.',
  schema: { type: 'object', additionalProperties: false, required: ['started'], properties: { started: { type: 'string' } } },
  inputs: {},
  outputs: { nothing: { file: 'nothing', summary: 'Never written.' } },
  run({ config }) {
    writeFileSync(config.started, '');
    return new Promise(() => setInterval(() => undefined, 1000));
  },
};
`,
  );
  const started = join(directory, 'started');
  await writeFile(
    join(directory, 'deaf.yaml'),
    `name: deaf\nstages:\n  stage:\n    uses: ./deaf.mjs\n    with: { started: ${started} }\n`,
  );
  const { child, outcome } = startPipe(['run', 'deaf.yaml'], { directory });
  await until(async () => (existsSync(started) ? true : undefined));
  let said = '';
  child.stdout!.on('data', (text: string) => {
    said += text;
  });
  process.kill(-child.pid!, 'SIGINT');
  await until(async () => (said.includes('stopping at the next step') ? true : undefined));
  process.kill(-child.pid!, 'SIGINT');
  const { code, stdout } = await outcome;
  expect(code).toBe(130);
  // It did not wait for the stage: there is no summary.
  expect(stdout).not.toContain('interrupted in');
});

test('training that gives no number stops with its step, exit code 1, and publishes nothing', async () => {
  const artifacts = join(directory, 'diverging');
  // Adam without memory of the gradient's size divides by nearly nothing.
  const diverging = ['learningRate=10', 'beta2=0', 'epsilon=1e-38'].flatMap((text) =>
    set(`params.teacher.optimizer.${text}`),
  );
  const base = ['run', 'pipelines/consistency.yaml', '--overlay', 'tests/fixtures/tiny.yaml', '--target', 'logits'];
  const { code, stdout, stderr } = await pipe([...base, ...diverging, '--json', '--artifacts', artifacts]);
  expect(code).toBe(1);
  expect(stderr).toMatch(/error: teacher: training diverged: the loss is NaN at step \d+ of epoch \d+\nhint: lower/u);
  const summary = JSON.parse(stdout) as { ran: number; failed: number; stages: Record<string, unknown>[] };
  expect(summary).toMatchObject({ ran: 2, failed: 1, hits: 0 });
  expect(summary.stages.map(({ id, state, outputs }) => [id, state, Object.keys(outputs as object)])).toEqual([
    ['data', 'ran', ['dataset']],
    ['initial-weights', 'ran', ['weights']],
    ['teacher', 'failed', []],
    ['logits', 'skipped', []],
  ]);
  const kept = await pipe(['verify', '--json', '--artifacts', artifacts]);
  expect(JSON.parse(kept.stdout)).toMatchObject({ records: 2, damagedObjects: [] });
});
