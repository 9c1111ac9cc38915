import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { encode } from 'fast-png';
import { beforeAll, expect, onTestFinished, test } from 'vitest';
import { pythonWith } from '../../python/environment.ts';
import { pipe, startPipe } from '../support/pipe.ts';
import { temporaryDirectory } from '../support/temporary.ts';
import { startTraceReceiver } from '../support/trace-receiver.ts';
import { until } from '../support/until.ts';

const python = await pythonWith(
  { name: 'TensorBoard', folder: 'other-tools', requirements: 'tests/python/requirements.txt', gigabytes: 0.3 },
  process.env,
);
if ('missing' in python) console.warn(`there is no Python with TensorBoard and opentelemetry-proto: ${python.missing}`);
const whereItIs = test.skipIf('missing' in python);

const directory = temporaryDirectory();

const pipeline = `name: own
params: { rate: 0.1 }
stages:
  train:
    uses: shell
    with:
      command: |
        for step in 1 2 3; do echo "{\\"step\\": $step, \\"steps\\": 3, \\"loss\\": $RATE$step}" >> "$PIPE_METRICS"; done
        cp "$PICTURE" plot.png
        test -z "$ENDLESS" || exec tail -f /dev/null
      outputs: { plot: plot.png }
      environment: { RATE: "\${params.rate}", PICTURE: ${join(directory, 'plot.png')} }
      pass: [ENDLESS]
    report: [plot]
  fail:
    uses: shell
    needs: { plot: train.plot }
    with: { command: "false", inputs: { plot: plot.png }, outputs: { none: none } }
`;

beforeAll(async () => {
  await writeFile(join(directory, 'own.yaml'), pipeline);
  await writeFile(
    join(directory, 'plot.png'),
    encode({ width: 3, height: 2, channels: 3, data: new Uint8Array(18).fill(200) }),
  );
});

function read<Answer>(script: string, parameters: readonly string[], input = ''): Answer {
  const { program } = python as { readonly program: string };
  return JSON.parse(
    execFileSync(program, [join('tests/python', script), ...parameters], {
      input,
      encoding: 'utf8',
      stdio: ['pipe', 'pipe', 'ignore'],
    }),
  ) as Answer;
}

type Boards = Readonly<
  Record<string, { readonly scalars: object; readonly text: Readonly<Record<string, string>>; readonly images: object }>
>;

const points = (rate: number) => [1, 2, 3].map((step) => [step, expect.closeTo(Number(`${rate}${step}`), 6)]);

whereItIs('TensorBoard reads curves, settings and pictures of each variant, of a reused result too', async () => {
  for (const attempt of ['first', 'reused']) {
    const sweep = ['run', 'own.yaml', '--target', 'train', '--sweep', 'params.rate=0.2,0.4', '--note', attempt];
    const { code, stderr } = await pipe([...sweep, '--tensorboard', attempt], { directory });
    expect(code, stderr).toBe(0);
    const boards = read<Boards>('read_events.py', [join(directory, attempt)]);
    const [run, ...stages] = Object.keys(boards).sort();
    expect(stages).toEqual([`${run}/train{rate=0.2}`, `${run}/train{rate=0.4}`]);
    expect(boards[run!]!.text['settings']).toContain(`"note": "${attempt}"`);
    for (const [at, rate] of [0.2, 0.4].entries()) {
      const { scalars, text, images } = boards[stages[at]!]!;
      expect(scalars).toEqual({ loss: points(rate) });
      expect(text['settings']).toContain(`"RATE": ${rate}`);
      expect(images).toEqual({ plot: ['3', '2'] });
    }
  }
});

whereItIs('TensorBoard reads what a run wrote before it was killed', async () => {
  const folder = join(directory, 'killed');
  const { child, outcome } = startPipe(['run', 'own.yaml', '--target', 'train', '--tensorboard', folder], {
    directory,
    environment: { ENDLESS: 'yes' },
  });
  let hasEnded = false;
  child.once('exit', () => {
    hasEnded = true;
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  await until(() => hasEnded || hasStep(folder, 3) || undefined);
  expect(hasEnded).toBe(false);
  const whileItRuns = read<Boards>('read_events.py', [folder]);
  const ended = once(child, 'exit');
  child.kill('SIGKILL');
  await ended;
  const after = read<Boards>('read_events.py', [folder]);
  await outcome;
  expect(after).toEqual(whileItRuns);
  expect(Object.values(after).map(({ scalars }) => scalars)).toContainEqual({ loss: points(0.1) });
});

/** Whether an event file of the stage holds a summary of this step. */
function hasStep(folder: string, step: number): boolean {
  const names = existsSync(folder) ? readdirSync(folder, { recursive: true, encoding: 'utf8' }) : [];
  const files = names.filter((name) => /train\/.*tfevents/u.test(name));
  return files.some((name) => readFileSync(join(folder, name)).includes(Buffer.from([0x10, step, 0x2a])));
}

interface Span {
  readonly name: string;
  readonly ids: readonly number[];
  readonly lasts: boolean;
  readonly status: number;
  readonly attributes: Readonly<Record<string, unknown>>;
}

whereItIs("OpenTelemetry's own definitions read a run's trace", async () => {
  const { endpoint, received } = await startTraceReceiver();
  const { code, stderr } = await pipe(['run', 'own.yaml', '--artifacts', 'traced'], {
    directory,
    environment: { OTEL_EXPORTER_OTLP_ENDPOINT: endpoint },
  });
  expect(code, stderr).toBe(1);
  const [run, train, fail] = read<readonly Span[]>('parse_trace.py', [], received[0]!.body);
  expect(run).toMatchObject({ name: 'own', ids: [16, 8, 0], lasts: true, status: 2 });
  expect(run!.attributes).toMatchObject({ 'pipe.outcome': 'failed', 'pipe.ran': 1, 'pipe.failed': 1 });
  expect(train).toMatchObject({ name: 'train', ids: [16, 8, 8], lasts: true, status: 1 });
  expect(train!.attributes).toMatchObject({
    'pipe.stage.state': 'ran',
    'pipe.stage.key': expect.stringMatching(/^[0-9a-f]{64}$/u),
    'pipe.metric.loss': 0.13,
  });
  expect(fail).toMatchObject({ name: 'fail', status: 2, attributes: { 'pipe.stage.state': 'failed' } });
});
