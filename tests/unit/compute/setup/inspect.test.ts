import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { inspect } from '../../../../src/compute/setup/inspect.ts';
import { startPythonRegistry } from '../../../support/python-registry.ts';
import { temporaryDirectory } from '../../../support/temporary.ts';
import { tinyCompiler } from '../../../support/tiny-tensorflow.ts';

const directory = temporaryDirectory();
const bare = { PATH: '', PIPE_CACHE_DIR: join(directory, 'empty') };

async function look(environment: Record<string, string>, network = false) {
  const findings = await inspect({ environment, network });
  return Object.fromEntries(findings.map((finding) => [finding.subject, finding]));
}

test('on a bare machine a run continues, more slowly, and every lack comes with what to type', async () => {
  const found = await look(bare);
  expect(found['backend']).toMatchObject({
    state: 'good',
    detail: expect.stringMatching(/^WebAssembly, several times/),
  });
  expect(found['node']).toMatchObject({ state: 'good', detail: process.version });
  expect(found['tensorflow-cpu']).toMatchObject({ state: 'absent', next: 'run: pipe setup' });
  expect(found['tensorflow-gpu']).toMatchObject({ state: 'absent' });
  expect(found['compiler']).toMatchObject({ state: 'absent', next: expect.stringContaining('apt-get install g++') });
  expect(found['pip']).toMatchObject({ state: 'absent' });
  expect(found['cache']).toMatchObject({ detail: `${bare.PIPE_CACHE_DIR}, 0.0 GB` });
  expect(found).not.toHaveProperty('registry');
});

test('if TensorFlow only has to be set up, that is what to do', async () => {
  const found = await look({ ...bare, CXX: tinyCompiler(directory) });
  expect(found['backend']).toMatchObject({ state: 'bad', next: 'run: pipe setup' });
});

test('the backend the user chose is named', async () => {
  expect((await look({ ...bare, PIPE_BACKEND: 'wasm' }))['backend']).toMatchObject({
    state: 'good',
    detail: 'WebAssembly, by PIPE_BACKEND',
  });
  expect((await look({ ...bare, PIPE_BACKEND: 'javascript' }))['backend']).toMatchObject({
    state: 'good',
    detail: 'plain JavaScript, by PIPE_BACKEND',
  });
});

test('the compiler is named with its version', async () => {
  const compiler = tinyCompiler(directory);
  expect((await look({ ...bare, CXX: compiler }))['compiler']).toMatchObject({
    state: 'good',
    detail: `${compiler}: tiny-c++ 1.0`,
  });
});

test('the registry is asked only on request, and one without TensorFlow says so', async () => {
  const registry = await startPythonRegistry([]);
  const environment = { ...bare, PIP_INDEX_URL: registry.index };
  await look(environment);
  expect(registry.requests).toEqual([]);
  expect((await look(environment, true))['registry']).toMatchObject({ state: 'absent', next: expect.any(String) });
});

test('a GPU without its TensorFlow build, or with an old driver, says what to do', async () => {
  const smi = join(directory, 'nvidia-smi');
  const reports = (version: string) => writeFileSync(smi, `#!/bin/sh\necho '0, GPU-a, ${version}, NVIDIA H200'\n`);
  reports('570.1');
  chmodSync(smi, 0o755);
  const environment = { ...bare, PATH: directory };
  expect((await look(environment))['gpu']).toMatchObject({
    detail: 'NVIDIA H200, driver 570.1',
    next: 'to train on it, run: pipe setup --gpu',
  });
  reports('470.1');
  expect((await look(environment))['gpu']).toMatchObject({ state: 'bad', next: expect.stringContaining('525') });
});
