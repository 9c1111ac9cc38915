import { execFileSync, spawn } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, expect, onTestFinished, test } from 'vitest';
import { pythonWith } from '../../python/environment.ts';
import { freePort } from '../support/free-port.ts';
import { pipe } from '../support/pipe.ts';
import { temporaryDirectory } from '../support/temporary.ts';
import { until } from '../support/until.ts';

const python = await pythonWith(
  { name: 'MLflow and trackio', folder: 'trackers', requirements: 'tests/python/trackers.txt', gigabytes: 1.2 },
  process.env,
);
if ('missing' in python) console.warn(`there is no Python with MLflow and trackio: ${python.missing}`);
const whereItIs = test.skipIf('missing' in python);

const directory = temporaryDirectory();
const sweep = ['run', 'own.yaml', '--sweep', 'params.rate=0.2,0.4'];

beforeAll(async () => {
  const pipeline = `name: own
params: { rate: 0.1 }
stages:
  train:
    uses: shell
    with:
      command: |
        for step in 1 2 3; do echo "{\\"step\\": $step, \\"loss\\": $RATE$step}" >> "$PIPE_METRICS"; done
        echo > model
      outputs: { model: model }
      environment: { RATE: "\${params.rate}" }
`;
  await writeFile(join(directory, 'own.yaml'), pipeline);
});

function ask<Answer>(script: string, ...parameters: readonly string[]): Answer {
  const { program } = python as { readonly program: string };
  const environment = { ...process.env, ...quiet };
  const output = execFileSync(program, [join('tests/python', script), ...parameters], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
    env: environment,
  });
  return JSON.parse(output) as Answer;
}

/** Neither reports its use to anybody. */
const quiet = { MLFLOW_DISABLE_TELEMETRY: 'true', DO_NOT_TRACK: 'true', HF_HUB_OFFLINE: '1' };

interface Trace {
  readonly state: string;
  readonly spans: Readonly<Record<string, { readonly parent: string | null; readonly loss: number | null }>>;
}

whereItIs('MLflow takes a run as one trace, its stages as spans', { timeout: 600_000 }, async () => {
  const { program } = python as { readonly program: string };
  const port = await freePort();
  const store = join(directory, 'mlflow.db');
  const words = ['-m', 'mlflow', 'server', '--backend-store-uri', `sqlite:///${store}`, '--workers', '1'];
  const server = spawn(program, [...words, '--host', '127.0.0.1', '--port', String(port)], {
    cwd: directory,
    env: { ...process.env, ...quiet },
    stdio: 'ignore',
    detached: true,
  });
  onTestFinished(() => void process.kill(-server.pid!, 'SIGKILL'));
  const endpoint = `http://127.0.0.1:${port}`;
  await until(async () => {
    if (server.exitCode !== null) throw new Error(`MLflow's server ended with ${server.exitCode}`);
    return (await fetch(`${endpoint}/health`).catch(() => undefined))?.ok || undefined;
  });
  // Its first answer takes longer than a run waits for one.
  expect(ask('read_traces.py', endpoint)).toEqual([]);
  const { code, stdout, stderr } = await pipe([...sweep, '--artifacts', 'traced'], {
    directory,
    environment: { OTEL_EXPORTER_OTLP_ENDPOINT: endpoint, OTEL_EXPORTER_OTLP_HEADERS: 'x-mlflow-experiment-id=0' },
  });
  expect(code, stderr).toBe(0);
  expect(stdout + stderr).not.toContain(endpoint);
  expect(ask<readonly Trace[]>('read_traces.py', endpoint)).toEqual([
    {
      state: 'OK',
      spans: {
        own: { parent: null, loss: null },
        'train{rate=0.2}': { parent: 'own', loss: 0.23 },
        'train{rate=0.4}': { parent: 'own', loss: 0.43 },
      },
    },
  ]);
});

whereItIs('trackio imports the event files of every stage', { timeout: 600_000 }, async () => {
  const { code, stderr } = await pipe([...sweep, '--artifacts', 'boards', '--tensorboard', 'events'], { directory });
  expect(code, stderr).toBe(0);
  const runs = ask<Readonly<Record<string, readonly { readonly step: number; readonly loss: number }[]>>>(
    'import_events.py',
    join(directory, 'events'),
    join(directory, 'trackio'),
  );
  const imported = Object.entries(runs).map(([name, points]) => [
    name.replace(/^[^/]*\//u, ''),
    points.map(({ step, loss }) => [step, loss]),
  ]);
  const points = (rate: number) => [1, 2, 3].map((step) => [step, expect.closeTo(Number(`${rate}${step}`), 6)]);
  expect(Object.fromEntries(imported)).toEqual({ 'train{rate=0.2}': points(0.2), 'train{rate=0.4}': points(0.4) });
});
