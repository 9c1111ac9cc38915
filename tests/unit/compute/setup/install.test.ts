import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { setupLocation } from '../../../../src/compute/location.ts';
import { type Installation, install } from '../../../../src/compute/setup/install.ts';
import { readiness, readManifest } from '../../../../src/compute/setup/manifest.ts';
import type { SetupProgress } from '../../../../src/compute/setup/progress.ts';
import { EnvironmentError } from '../../../../src/problem/errors.ts';
import { type PythonRegistry, startPythonRegistry } from '../../../support/python-registry.ts';
import { temporaryDirectory } from '../../../support/temporary.ts';
import { tinyCompiler, tinyWheel } from '../../../support/tiny-tensorflow.ts';

const { wheel, file } = tinyWheel();
const other = tinyWheel('cuda-tiny');
const root = temporaryDirectory();
let caches = 0;

interface Bench {
  readonly cache: string;
  readonly installation: Installation;
  readonly heard: SetupProgress[];
  compilations(): number;
}

/** An empty cache beside a registry, with a compiler that takes no time. No pip: its PATH holds nothing but /bin. */
function bench(registry: PythonRegistry, changes: Partial<Installation> = {}): Bench {
  const cache = join(root, `cache-${caches++}`);
  const tools = join(cache, '..', `tools-${caches}`);
  mkdirSync(tools);
  const heard: SetupProgress[] = [];
  return {
    cache,
    heard,
    installation: {
      location: setupLocation(cache, 'cpu'),
      wheels: [wheel],
      environment: { PATH: '', PIP_INDEX_URL: registry.index, CXX: tinyCompiler(tools) },
      onProgress: (progress) => heard.push(progress),
      probe: async (addon) => {
        if (readFileSync(addon, 'utf8') === 'addon\n') return { tensorflow: '2.21.0', gpu: false };
        throw new EnvironmentError('it does not load');
      },
      ...changes,
    },
    compilations() {
      const log = join(tools, 'compilations.log');
      return existsSync(log) ? readFileSync(log, 'utf8').split('\n').length - 1 : 0;
    },
  };
}

test('an installation is complete, leaves nothing else behind, and is quick the second time', async () => {
  const registry = await startPythonRegistry([file, other.file]);
  const { cache, installation, heard, compilations } = bench(registry, { wheels: [wheel, other.wheel] });
  expect(await install(installation)).toEqual({ tensorflow: '2.21.0', gpu: false, done: 'everything' });
  const { location } = installation;
  expect(readFileSync(join(location.libraries, 'include/tensorflow/c/c_api.h'), 'utf8')).toBe('// C API');
  expect(existsSync(join(location.directory, 'nvidia/cuda_nvcc/bin/ptxas'))).toBe(true);
  expect(existsSync(join(location.libraries, 'python'))).toBe(false);
  expect(readdirSync(cache).sort()).toEqual(['tensorflow-2.21.0-cpu', 'wheels']);
  expect(readdirSync(join(cache, 'wheels'))).toEqual([]);
  expect(readManifest(location)).toMatchObject({
    tensorflow: '2.21.0',
    wheels: [wheel.sha256, other.wheel.sha256],
    addon: { tfjs: '4.22.0' },
  });
  const labels = [...new Set(heard.map(({ label }) => label))];
  expect(labels).toEqual([
    'downloading tensorflow-tiny 2.21.0 (1 of 2)',
    'unpacking tensorflow-tiny 2.21.0 (1 of 2)',
    'downloading cuda-tiny 2.21.0 (2 of 2)',
    'unpacking cuda-tiny 2.21.0 (2 of 2)',
    'compiling the TensorFlow.js addon',
    'loading TensorFlow',
    'TensorFlow is ready',
  ]);
  const asked = registry.requests.length;
  expect(await install(installation)).toMatchObject({ done: 'nothing' });
  expect(registry.requests).toHaveLength(asked);
  expect(compilations()).toBe(1);
});

test('if only the addon does not fit, only it is made again', async () => {
  const registry = await startPythonRegistry([file]);
  const { installation, compilations } = bench(registry);
  await install(installation);
  const asked = registry.requests.length;
  const { location } = installation;

  const manifest = readManifest(location);
  writeFileSync(location.manifest, JSON.stringify({ ...manifest, addon: { tfjs: '4.21.0', sha256: 'other sources' } }));
  expect(readiness(location)).toBe('outdated');
  expect(await install(installation)).toMatchObject({ done: 'addon' });
  expect(readiness(location)).toBe('ready');

  writeFileSync(location.addon, 'for another C library');
  expect(await install(installation)).toMatchObject({ done: 'addon' });

  expect(compilations()).toBe(3);
  expect(registry.requests).toHaveLength(asked);
});

test('links that libraries need are added, also to a set-up of an earlier version or where one is gone, without a download', async () => {
  const registry = await startPythonRegistry([file]);
  const { installation } = bench(registry);
  await install(installation);
  const asked = registry.requests.length;
  const { location } = installation;
  const path = 'nvidia/cusparse/lib/libcusolver.so.11';
  const link = join(location.directory, path);
  expect(readFileSync(link, 'utf8')).toBe('a library');
  expect(readlinkSync(link)).toBe('../../cusolver/lib/libcusolver.so.11');

  rmSync(link);
  expect(readiness(location)).toBe('altered');
  expect(await install(installation)).toMatchObject({ done: 'addon' });
  expect(readFileSync(link, 'utf8')).toBe('a library');

  rmSync(link);
  const manifest = readManifest(location);
  const files = manifest?.files?.filter((each) => each.path !== path);
  writeFileSync(location.manifest, JSON.stringify({ ...manifest, files }));
  expect(readiness(location)).toBe('outdated');
  expect(await install(installation)).toMatchObject({ done: 'addon' });
  expect(readiness(location)).toBe('ready');
  expect(readFileSync(link, 'utf8')).toBe('a library');
  expect(registry.requests).toHaveLength(asked);
});

test('libraries of other wheels are replaced', async () => {
  const registry = await startPythonRegistry([file, other.file]);
  const { installation } = bench(registry);
  await install(installation);
  expect(await install({ ...installation, wheels: [other.wheel] })).toMatchObject({ done: 'everything' });
  const library = readFileSync(join(installation.location.libraries, 'libtensorflow_cc.so.2'), 'utf8');
  expect(library).toBe('the libraries of cuda-tiny');
});

test('a download with other content is refused, and nothing looks complete', async () => {
  const registry = await startPythonRegistry([{ ...file, content: Buffer.alloc(file.content.length) }]);
  const { cache, installation } = bench(registry);
  await expect(install(installation)).rejects.toThrowError(/its sha256 is not/);
  expect(readiness(installation.location)).toBe('missing');
  expect(readdirSync(cache)).toEqual(['wheels']);
  expect(readdirSync(join(cache, 'wheels'))).toEqual([]);
});

test('a wheel that was put into the folder by hand is used without asking anyone', async () => {
  const registry = await startPythonRegistry([]);
  const { cache, installation } = bench(registry);
  mkdirSync(join(cache, 'wheels'), { recursive: true });
  writeFileSync(join(cache, 'wheels', wheel.file), file.content);
  expect(await install(installation)).toMatchObject({ done: 'everything' });
  expect(registry.requests).toEqual([]);
});

test('a failed compilation keeps the download for the next try', async () => {
  const registry = await startPythonRegistry([file]);
  const { cache, installation } = bench(registry);
  const broken = tinyCompiler(temporaryDirectory(), 'exit 1');
  const environment = { ...installation.environment, CXX: broken };
  await expect(install({ ...installation, environment })).rejects.toThrowError(/could not compile/);
  expect(readdirSync(cache)).toEqual(['wheels']);
  const downloads = () => registry.requests.filter((path) => path.startsWith('/files/')).length;
  expect(downloads()).toBe(1);
  await install(installation);
  expect(downloads()).toBe(1);
});

test('an addon that does not load is not published', async () => {
  const registry = await startPythonRegistry([file]);
  const { installation } = bench(registry, {
    probe: () => Promise.reject(new EnvironmentError('TensorFlow cannot be loaded', { hint: 'a newer processor' })),
  });
  await expect(install(installation)).rejects.toThrowError('TensorFlow cannot be loaded');
  expect(existsSync(installation.location.directory)).toBe(false);
});

test('without a compiler nothing is downloaded', async () => {
  const registry = await startPythonRegistry([file]);
  const { installation } = bench(registry);
  const environment = { PATH: '', PIP_INDEX_URL: registry.index };
  await expect(install({ ...installation, environment })).rejects.toThrowError('no C++ compiler found');
  expect(registry.requests).toEqual([]);
});

test('too little space is said before anything is downloaded', async () => {
  const registry = await startPythonRegistry([file]);
  const { installation } = bench(registry);
  const huge = { ...wheel, unpackedBytes: 1e18 };
  await expect(install({ ...installation, wheels: [huge] })).rejects.toThrowError(
    expect.objectContaining({
      name: 'EnvironmentError',
      message: expect.stringMatching(/needs 1000000000\.0 GB in .* but only [\d.]+ GB are free/),
      hint: expect.stringContaining('PIPE_CACHE_DIR'),
    }),
  );
  expect(registry.requests).toEqual([]);
});

test('a cache that cannot be written to is said, with another to choose', async () => {
  const registry = await startPythonRegistry([file]);
  const { cache, installation } = bench(registry);
  writeFileSync(cache, 'a file where the folder should be');
  await expect(install(installation)).rejects.toThrowError(
    expect.objectContaining({
      name: 'EnvironmentError',
      message: `cannot write to the cache ${cache}: part of the path is not a folder`,
      hint: expect.stringContaining('PIPE_CACHE_DIR'),
    }),
  );
});

test('an interruption ends it with its reason and leaves nothing that looks complete', async () => {
  const registry = await startPythonRegistry([file]);
  const abort = new AbortController();
  const { cache, installation } = bench(registry, {
    signal: abort.signal,
    onProgress: ({ label }) => label.startsWith('unpacking') && abort.abort(new Error('stopped by the user')),
  });
  await expect(install(installation)).rejects.toThrowError('stopped by the user');
  expect(readdirSync(cache)).toEqual(['wheels']);
});

test('what a killed setup left behind is removed by the next', async () => {
  const registry = await startPythonRegistry([file]);
  const { cache, installation } = bench(registry);
  const left = join(cache, 'tensorflow-2.21.0-cpu.draft-of-a-killed-process');
  mkdirSync(left, { recursive: true });
  await install(installation);
  expect(existsSync(left)).toBe(false);
});

test('if the index refuses and there is a pip, pip fetches the pinned wheel', async () => {
  const registry = await startPythonRegistry([]);
  const { installation } = bench(registry);
  const tools = temporaryDirectory();
  writeFileSync(join(tools, 'wheel'), file.content);
  writeFileSync(
    join(tools, 'pip3'),
    `#!/bin/sh
case "$*" in
  --version) echo 'pip 24' ;;
  *--require-hashes*--python-version*3.11*--abi*cp311*--platform*manylinux_2_27_x86_64*--dest*)
    while [ "$1" != --dest ]; do shift; done
    read -r requirement < "$4"
    [ "$requirement" = '${wheel.project}==${wheel.version} --hash=sha256:${wheel.sha256}' ] || exit 3
    while IFS= read -r line; do :; done < "$4"
    /bin/cp '${join(tools, 'wheel')}' "$2/${wheel.file}" ;;
  *) exit 4 ;;
esac
`,
  );
  chmodSync(join(tools, 'pip3'), 0o755);
  const environment = { ...installation.environment, PATH: tools };
  expect(await install({ ...installation, environment })).toMatchObject({ done: 'everything' });
});

test('if neither the index nor pip brings the wheel, both are named', async () => {
  const registry = await startPythonRegistry([]);
  const { installation } = bench(registry);
  const tools = temporaryDirectory();
  writeFileSync(
    join(tools, 'pip3'),
    '#!/bin/sh\n[ "$*" = --version ] || { echo "ERROR: No matching distribution" >&2; exit 1; }\n',
  );
  chmodSync(join(tools, 'pip3'), 0o755);
  const environment = { ...installation.environment, PATH: tools };
  await expect(install({ ...installation, environment })).rejects.toThrowError(
    expect.objectContaining({
      name: 'EnvironmentError',
      message: expect.stringMatching(/HTTP 404.*\npip could not fetch it either: ERROR: No matching distribution/),
    }),
  );
});
