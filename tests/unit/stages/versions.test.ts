import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { temporaryDirectory } from '../../support/temporary.ts';

const directory = temporaryDirectory();

interface Versions {
  readonly kinds: Record<string, { version: number; digest: string }>;
  readonly sources: Record<string, string>;
}

const recorded = JSON.parse(readFileSync(new URL('versions.json', import.meta.url), 'utf8')) as Versions;

function versions(...options: readonly string[]) {
  const { status, stderr } = spawnSync(process.execPath, ['scripts/versions.mjs', ...options], { encoding: 'utf8' });
  return { status, stderr };
}

/** The record as it was before a source of some kinds changed. */
function before(source: string, kinds: Readonly<Record<string, number>>): string {
  const older = structuredClone(recorded);
  older.sources[source] = 'another';
  for (const [kind, version] of Object.entries(kinds)) older.kinds[kind] = { version, digest: 'another' };
  const file = join(directory, 'versions.json');
  writeFileSync(file, JSON.stringify(older));
  return file;
}

test('no kind computes with other code under the same version', () => {
  expect(versions('--check')).toEqual({ status: 0, stderr: '' });
});

test('code that changed without a version is named, and can be said to keep the bytes', () => {
  const { version } = recorded.kinds['cifar10c']!;
  const source = 'src/data/corruptions/fog.ts';
  const file = before(source, { cifar10c: version });
  expect(versions('--file', file)).toEqual({
    status: 1,
    stderr: expect.stringContaining(
      `cifar10c has version ${version}, but computes with other code than it was recorded with: ${source}\n`,
    ),
  });
  expect(versions('--same-bytes', 'evaluate', '--file', file).status).toBe(1);
  expect(versions('--same-bytes', 'cifar10c', '--file', file)).toEqual({ status: 0, stderr: '' });
  expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual(recorded);
});

test('code that changed with its version is recorded, and until then missed', () => {
  const file = before('src/data/corruptions/fog.ts', { cifar10c: recorded.kinds['cifar10c']!.version - 1 });
  expect(versions('--check', '--file', file).stderr).toContain('is not up to date: run `npm run versions`');
  expect(versions('--file', file)).toEqual({ status: 0, stderr: '' });
  expect(versions('--check', '--file', file).status).toBe(0);
});

test("a kind's code is all that it reaches: its program, TensorFlow behind its service, packages", () => {
  const sources = Object.keys(recorded.sources);
  expect(sources).toEqual(
    expect.arrayContaining([
      'src/stages/evaluate/stage.ts',
      'src/nn/training/adam.ts',
      'src/compute/graph/rules/product.ts',
      'src/compute/setup/wheels.ts',
      'src/data/randaugment/operations.ts',
      '@jsquash/jpeg',
      '@tensorflow/tfjs-node-gpu',
    ]),
  );
  expect(Object.keys(recorded.kinds)).toContain('train-student');
});
