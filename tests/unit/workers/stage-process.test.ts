import { expect, test } from 'vitest';
import type { StageJob } from '../../../src/engine/run/executor.ts';
import { startWorker } from '../../../src/workers/stage-process.ts';

const job: StageJob = {
  stage: 's',
  uses: 'shell',
  version: 2,
  variables: undefined,
  pipelineFile: 'p.yaml',
  config: {},
  inputs: {},
  outputs: {},
  checkpoints: '',
  scratch: '',
  facts: {},
  lane: 'cpu',
  place: 0,
  cpus: undefined,
  contain: true,
  mark: 'session/key/1',
};
const silent = { progress: () => undefined, warn: () => undefined, say: () => undefined };
const options = { environment: process.env, directory: process.cwd() };

test('a worker that cannot be started fails its stage in a sentence, and ends', async () => {
  const worker = startWorker({ ...options, within: ['/there/is/no/such/program'] });
  const running = worker.run(job, {}, silent, new AbortController().signal);
  await expect(running).rejects.toThrow(
    "the stage's process could not be started: spawn /there/is/no/such/program ENOENT",
  );
  expect(worker.alive).toBe(false);
  expect(await worker.end()).toBe(true);
});

test('a worker that ends before it is told anything says how, and its last words', async () => {
  const worker = startWorker({ ...options, within: ['/bin/sh', '-c', 'echo gone >&2; exit 7', 'sh'] });
  const running = worker.run(job, {}, silent, new AbortController().signal);
  await expect(running).rejects.toMatchObject({
    message: "the stage's process ended with exit code 7",
    hint: 'its last output:\ngone',
  });
});
