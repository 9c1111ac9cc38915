import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { setupLocation } from '../../../../src/compute/location.ts';
import { inspect } from '../../../../src/compute/setup/inspect.ts';
import { writeSetupManifest } from '../../../../src/compute/setup/manifest.ts';
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
  expect(found['tensorflow-gpu'], 'no use without a GPU').not.toHaveProperty('next');
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

test('a build that loads without seeing the GPU is a finding that names the missing library', async () => {
  const cache = join(directory, 'unseen');
  const location = setupLocation(cache, 'gpu');
  mkdirSync(location.directory, { recursive: true });
  writeFileSync(location.addon, 'no library');
  await writeSetupManifest(location, { wheels: [], compiler: 'none' });
  const bin = join(directory, 'bin-of-unseen');
  mkdirSync(bin);
  writeFileSync(join(bin, 'nvidia-smi'), "#!/bin/sh\necho '0, GPU-a, 580.159.04, NVIDIA H200'\n", { mode: 0o755 });
  // In place of the addon: what TensorFlow says of itself, and what it writes only into its most detailed log.
  const stand = join(directory, 'stand-in.cjs');
  const line = "dso_loader.cc:144] Could not load dynamic library 'libcusolver.so.11'; dlerror: no such file";
  writeFileSync(
    stand,
    `process.dlopen = (module) => {
      if (process.env.TF_CPP_MAX_VLOG_LEVEL === '1') console.error(${JSON.stringify(line)});
      module.exports = { TF_Version: '2.21.0', isUsingGpuDevice: () => false };
    };`,
  );
  const environment = { ...bare, PIPE_CACHE_DIR: cache, PATH: bin, NODE_OPTIONS: `--require ${stand}` };
  const found = await look(environment);
  expect(found['tensorflow-gpu']).toMatchObject({
    state: 'bad',
    detail: 'TensorFlow does not see the GPU that nvidia-smi reports: it cannot load libcusolver.so.11',
    next: expect.stringContaining('run pipe setup --gpu'),
  });
  expect(found['backend']).toMatchObject({ state: 'bad' });
  expect(found['gpu']).toMatchObject({ state: 'good' });

  const hidden = await look({ ...environment, CUDA_VISIBLE_DEVICES: '' });
  expect(hidden['tensorflow-gpu']).toMatchObject({ state: 'good' });
});

test('a GPU without its TensorFlow build, or with an old driver, says what to do', async () => {
  const smi = join(directory, 'nvidia-smi');
  const reports = (version: string) => writeFileSync(smi, `#!/bin/sh\necho '0, GPU-a, ${version}, NVIDIA H200'\n`);
  reports('570.1');
  chmodSync(smi, 0o755);
  const environment = { ...bare, PATH: directory };
  const found = await look(environment);
  expect(found['gpu']).toMatchObject({
    detail: 'NVIDIA H200, driver 570.1',
    next: 'to train on it, run: pipe setup --gpu',
  });
  expect(found['tensorflow-gpu']).toMatchObject({ next: 'run: pipe setup --gpu' });
  reports('470.1');
  expect((await look(environment))['gpu']).toMatchObject({ state: 'bad', next: expect.stringContaining('525') });
});
