import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, expect, test } from 'vitest';
import { temporaryDirectory } from '../support/temporary.ts';

const directory = temporaryDirectory();
const cache = join(directory, 'cache');
const root = fileURLToPath(new URL('../..', import.meta.url));

/** Runs `pipe`, and then prints whether V8 used compiled code, and whether that was from the user's cache. */
const script = `
  const vm = require('node:vm');
  const { runBundle } = require(${JSON.stringify(join(root, 'bin/bundle.cjs'))});
  const script = runBundle(${JSON.stringify(join(root, 'dist'))});
  process.on('exit', () => console.log('rejected: ' + script.cachedDataRejected));
`;

/** Options change V8's tag, as another version of Node does. */
function pipe(options: string, ...typed: readonly string[]): string {
  const { stdout, stderr } = spawnSync(process.execPath, ['-e', script, 'pipe', ...typed], {
    cwd: directory,
    encoding: 'utf8',
    env: { ...process.env, NODE_OPTIONS: options, PIPE_CACHE_DIR: cache, NO_COLOR: '1' },
  });
  return stdout + stderr;
}

const kept = () => readdirSync(join(cache, 'code'));

beforeAll(() => {
  writeFileSync(
    join(directory, 'pipe.yaml'),
    'name: one\nstages:\n  a: { uses: shell, with: { command: echo > a, outputs: { a: a } } }\n',
  );
});

test('a Node with other options compiles once, and then uses what a run kept', () => {
  const options = '--max-old-space-size=777';
  expect(pipe(options, '--version')).toContain('rejected: undefined');
  expect(pipe(options, 'run', 'pipe.yaml')).toContain('rejected: undefined');
  const [name = ''] = kept();
  expect(kept()).toHaveLength(1);
  expect(pipe(options, 'run', 'pipe.yaml')).toContain('rejected: false');
  expect(pipe(options, '--version')).toContain('rejected: false');

  // Code of another bundle or Node is never given to V8, and what V8 refuses is replaced.
  const path = join(cache, 'code', name);
  const whole = readFileSync(path);
  writeFileSync(path, Buffer.concat([Buffer.from('x'), whole.subarray(1)]));
  expect(pipe(options, '--version')).toContain('rejected: undefined');
  writeFileSync(path, whole.subarray(0, whole.length - 1000));
  expect(pipe(options, 'run', 'pipe.yaml')).toContain('rejected: true');
  expect(pipe(options, 'run', 'pipe.yaml')).toContain('rejected: false');
  expect(kept()).toEqual([name]);
});
