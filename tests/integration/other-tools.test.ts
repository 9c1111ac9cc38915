import { existsSync, readdirSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { pipe } from '../support/pipe.ts';
import { temporaryDirectory } from '../support/temporary.ts';
import { startTraceReceiver } from '../support/trace-receiver.ts';

const directory = temporaryDirectory();

beforeAll(async () => {
  const stages = 'stages: { say: { uses: shell, with: { command: "echo a > a", outputs: { a: a } } } }';
  await writeFile(join(directory, 'say.yaml'), `name: say\n${stages}\n`);
  await writeFile(join(directory, 'file'), '');
});

test('with OTEL_EXPORTER_OTLP_ENDPOINT a run is sent once, at its end; a plan and a frozen run are not', async () => {
  const { endpoint, received } = await startTraceReceiver();
  const environment = { OTEL_EXPORTER_OTLP_ENDPOINT: endpoint, OTEL_EXPORTER_OTLP_HEADERS: 'authorization=hidden' };
  const run = await pipe(['run', 'say.yaml', '--note', 'why'], { directory, environment });
  expect(run.code, run.stderr).toBe(0);
  expect(run.stdout + run.stderr).not.toContain('hidden');
  await pipe(['plan', 'say.yaml'], { directory, environment });
  await pipe(['run', 'say.yaml', '--frozen'], { directory, environment });
  expect(received.map(({ path }) => path)).toEqual(['POST /v1/traces']);
  expect(received[0]!.headers['authorization']).toBe('hidden');
  expect(received[0]!.body).toContain('{"key":"pipe.note","value":{"stringValue":"why"}}');
});

test('a receiver that is silent, or is not there, costs a warning and never the run', async () => {
  const silent = await startTraceReceiver(() => undefined);
  const waits = await pipe(['run', 'say.yaml'], {
    directory,
    environment: { OTEL_EXPORTER_OTLP_ENDPOINT: silent.endpoint },
  });
  expect([waits.code, waits.stdout + waits.stderr]).toEqual([0, expect.stringContaining('did not answer in time')]);
  const nobody = await pipe(['run', 'say.yaml', '--json'], {
    directory,
    environment: { OTEL_EXPORTER_OTLP_ENDPOINT: 'nonsense' },
  });
  expect([nobody.code, nobody.stderr]).toEqual([0, expect.stringContaining('the trace of this run was not sent')]);
  expect(JSON.parse(nobody.stdout)).toMatchObject({ outcome: 'done' });
});

test('--tensorboard makes a folder for the run, and one in it for each stage', async () => {
  const { code, stderr } = await pipe(['run', 'say.yaml', '--tensorboard', 'board/here'], { directory });
  expect(code, stderr).toBe(0);
  const [run = ''] = readdirSync(join(directory, 'board/here'));
  const eventFile = expect.stringMatching(/^events\.out\.tfevents\.\d+\.pipe$/u);
  expect(readdirSync(join(directory, 'board/here', run)).sort()).toEqual([eventFile, 'say']);
  expect(readdirSync(join(directory, 'board/here', run, 'say'))).toEqual([eventFile]);
});

test.each([
  [['--tensorboard', 'file'], 2, '"file" is a file, not a folder'],
  [['--tensorboard', 'other', '--frozen'], 2, "cannot be used with option '--frozen'"],
])('%s is refused before the run', async (options, status, message) => {
  const { code, stderr } = await pipe(['run', 'say.yaml', '--artifacts', 'unused', ...options], { directory });
  expect([code, stderr]).toEqual([status, expect.stringContaining(message)]);
  expect(existsSync(join(directory, 'unused/runs')) && readdirSync(join(directory, 'unused/runs')).length > 0).toBe(
    false,
  );
});
