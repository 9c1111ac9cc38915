import { expect, test } from 'vitest';
import { inProcessExecutor, type StageContext, type StageJob } from '../../../../src/engine/index.ts';
import { UserError } from '../../../../src/problem/errors.ts';
import { catalogueOf, toyDefinition } from '../../../support/toy-pipelines.ts';

const job: StageJob = {
  stage: 'a',
  uses: 'toy',
  version: 1,
  variables: undefined,
  pipelineFile: 'toy.yaml',
  config: { rate: 1 },
  inputs: {},
  outputs: {},
  checkpoints: '/checkpoints',
  scratch: '/scratch',
  facts: { file: 'x' },
  lane: 'cpu',
  place: 0,
  cpus: undefined,
  contain: true,
  mark: 'session/key/1',
};
const silent = { progress: () => undefined, warn: () => undefined, say: () => undefined };

test('gives the program the job, and its words to the listener', async () => {
  const seen: unknown[] = [];
  const program = (_config: unknown, _inputs: unknown, context: StageContext) => {
    const { config, facts, checkpoints, scratch } = context;
    seen.push({ config, facts, checkpoints, scratch });
    context.report({ label: 'x', done: 1, total: 2, unit: 'steps' });
    context.warn('careful');
    context.say('words');
    return 'text';
  };
  const executor = inProcessExecutor(catalogueOf(toyDefinition(program)));
  const hear = (what: unknown) => void seen.push(what);
  const listener = { progress: hear, warn: hear, say: hear };
  expect(await executor.execute(job, listener, new AbortController().signal)).toMatchObject({
    result: { metrics: { length: 4 } },
  });
  expect(seen).toEqual([
    { config: { rate: 1 }, facts: { file: 'x' }, checkpoints: '/checkpoints', scratch: '/scratch' },
    { label: 'x', done: 1, total: 2, unit: 'steps' },
    'careful',
    'words',
  ]);
});

test('does not start what is already told to stop', async () => {
  let ran = false;
  const program = () => {
    ran = true;
    return '';
  };
  const executor = inProcessExecutor(catalogueOf(toyDefinition(program)));
  const reason = new Error('stop');
  await expect(executor.execute(job, silent, AbortSignal.abort(reason))).rejects.toBe(reason);
  expect(ran).toBe(false);
});

test('says which kind it does not know', async () => {
  const execution = inProcessExecutor(catalogueOf()).execute(job, silent, new AbortController().signal);
  await expect(execution).rejects.toThrow(UserError);
  await expect(execution).rejects.toThrow('There is no stage kind "toy" (stage "a").');
});
