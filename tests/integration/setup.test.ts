import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import type { ServerResponse } from 'node:http';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, expect, test } from 'vitest';
import { build } from '#esbuild';
import { openBackend } from '../../src/compute/open.ts';
import { currentPlatform } from '../../src/compute/setup/platform.ts';
import { setup } from '../../src/compute/setup/setup.ts';
import { wheelsFor } from '../../src/compute/setup/wheels.ts';
import type { InstallOrder } from '../support/install-process.ts';
import { startPythonRegistry } from '../support/python-registry.ts';
import { temporaryDirectory } from '../support/temporary.ts';
import { tinyCompiler, tinyWheel } from '../support/tiny-tensorflow.ts';

const { wheel, file } = tinyWheel();
const root = temporaryDirectory();
// In `dist`, from where the packages it imports are found.
const program = fileURLToPath(new URL('../../dist/tests/install-process.mjs', import.meta.url));

beforeAll(async () => {
  await build({
    entryPoints: [fileURLToPath(new URL('../support/install-process.ts', import.meta.url))],
    outfile: program,
    bundle: true,
    format: 'esm',
    platform: 'node',
    packages: 'external',
  });
});

/** A process that installs, in a separate process group, and everything that it has printed so far. */
function startInstall(order: Omit<InstallOrder, 'wheel'>) {
  const wheelOrder = { ...wheel, members: wheel.members.source };
  const child = spawn(process.execPath, [program, JSON.stringify({ ...order, wheel: wheelOrder })], {
    detached: true,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let said = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    said += text;
  });
  return {
    child,
    /** Resolves once the process has printed a line with this beginning. */
    async says(start: string): Promise<void> {
      while (!said.includes(start)) await once(child.stdout, 'data');
    },
    async result(): Promise<unknown> {
      await closed(child);
      return JSON.parse(said.trim().split('\n').at(-1) ?? '');
    },
  };
}

async function closed(child: ChildProcess): Promise<void> {
  await once(child, 'close');
}

test('of two setups at once one works, the other waits and finds it done', async () => {
  const held: ServerResponse[] = [];
  const asked: (() => void)[] = [];
  const registry = await startPythonRegistry([file], {
    intercept: (request, response) => {
      if (!request.url?.startsWith('/files/')) return false;
      held.push(response);
      for (const wake of asked) wake();
      return true;
    },
  });
  const tools = join(root, 'tools-of-two');
  mkdirSync(tools);
  const cache = join(root, 'cache-of-two');
  const environment = { PATH: '', PIP_INDEX_URL: registry.index, CXX: tinyCompiler(tools) };

  const downloads = new Promise<void>((resolve) => asked.push(resolve));
  const first = startInstall({ cache, environment });
  await downloads;
  const second = startInstall({ cache, environment });
  await second.says(`waiting for another setup (process ${first.child.pid} on `);
  for (const response of held) response.end(file.content);

  const results = await Promise.all([first.result(), second.result()]);
  expect(results).toMatchObject([{ done: 'everything' }, { done: 'nothing' }]);
  expect(readFileSync(join(tools, 'compilations.log'), 'utf8')).toBe('compiled\n');
  expect(readdirSync(cache).sort()).toEqual(['tensorflow-2.21.0-cpu', 'wheels']);
});

test('a killed setup leaves nothing that looks complete, and the next one continues from its download', async () => {
  const registry = await startPythonRegistry([file]);
  const tools = join(root, 'tools-of-killed');
  mkdirSync(tools);
  const cache = join(root, 'cache-of-killed');
  const environment = { PATH: '/usr/bin:/bin', PIP_INDEX_URL: registry.index };

  const stuck = tinyCompiler(tools, 'exec tail -f /dev/null');
  const killed = startInstall({ cache, environment: { ...environment, CXX: stuck } });
  await killed.says('compiling');
  const closing = closed(killed.child);
  process.kill(-killed.child.pid!, 'SIGKILL');
  await closing;
  expect(existsSync(join(cache, 'tensorflow-2.21.0-cpu'))).toBe(false);

  const next = startInstall({ cache, environment: { ...environment, CXX: tinyCompiler(tools) } });
  expect(await next.result()).toMatchObject({ done: 'everything' });
  expect(registry.requests.filter((path) => path.startsWith('/files/'))).toHaveLength(1);
  expect(readdirSync(cache).sort()).toEqual(['tensorflow-2.21.0-cpu', 'wheels']);
});

const unsupported = whyUnsupported();

test.skipIf(unsupported)(
  `TensorFlow is set up on this machine and computes${unsupported ? ` (skipped: ${unsupported})` : ''}`,
  { timeout: 15 * 60_000 },
  async () => {
    const result = await setup({ environment: process.env, build: 'cpu', onProgress: () => undefined });
    expect(result).toMatchObject({ build: 'cpu', tensorflow: '2.21.0' });
    expect(await setup({ environment: process.env, build: 'cpu', onProgress: () => undefined })).toMatchObject({
      done: 'nothing',
    });
    const { tf, device } = await openBackend({ environment: process.env, build: 'cpu' });
    expect(device).toMatchObject({
      backend: 'tensorflow',
      version: '2.21.0',
      kind: 'cpu',
      threads: expect.any(Number),
    });
    const product = tf.matMul(tf.tensor2d([1, 2, 3, 4], [2, 2]), tf.tensor2d([5, 6, 7, 8], [2, 2]));
    expect([...product.dataSync()]).toEqual([19, 22, 43, 50]);
  },
);

function whyUnsupported(): string | undefined {
  try {
    wheelsFor('cpu', currentPlatform());
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
