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

const ofViews = ['train-teacher', 'teacher-logits', 'train-student', 'evaluate'];

const ofBackend = [...ofViews, 'draw-views'];

test('a change concerns the kinds that compute with it, and no others', () => {
  const expected: Readonly<Record<string, readonly string[]>> = {
    // One corruption among many, behind two index files: not `evaluate`, which only reads the images that `cifar10c` wrote.
    'src/data/corruptions/contrast.ts': ['cifar10c'],
    'src/data/corruptions/catalogue.ts': ['cifar10c', 'evaluate'],
    'src/nn/initial-weights.ts': ['initial-weights'],
    // It only passes on what others export.
    'src/data/index.ts': [],
    // The programs of threads, and what they use.
    'src/data/corruptions/corruption-worker.ts': ['cifar10c'],
    'src/data/views/view-worker.ts': ofViews,
    'src/data/randaugment/operations.ts': [...ofViews, 'draw-views'],
    // TensorFlow, behind its service, and packages.
    'src/nn/training/adam.ts': ['train-teacher', 'train-student'],
    'src/compute/graph/rules/product.ts': ofBackend,
    'src/compute/setup/wheels.ts': [...ofBackend, 'cifar10c'],
    '@tensorflow/tfjs-node-gpu': ofBackend,
    '@jsquash/jpeg': ['cifar10c'],
    // Metrics are results too.
    'src/json/map-values.ts': ['evaluate'],
    'src/json/exact.ts': ['initial-weights', ...ofBackend, 'cifar10c'],
    ...Object.fromEntries(Object.keys(recorded.kinds).map((kind) => [`src/stages/${kind}/stage.ts`, [kind]])),
  };
  const options = Object.keys(expected).flatMap((path) => ['--with', path]);
  const { stdout } = spawnSync(process.execPath, ['scripts/versions.mjs', ...options], { encoding: 'utf8' });
  const found = stdout
    .trim()
    .split('\n')
    .map((line) => line.split(': '));
  const sorted = (kinds: readonly string[]) => [...kinds].sort();
  expect(
    Object.fromEntries(
      found.map(([path, kinds = '']) => [path!.replace(/:$/u, ''), sorted(kinds.split(' ').filter(Boolean))]),
    ),
  ).toEqual(Object.fromEntries(Object.entries(expected).map(([path, kinds]) => [path, sorted(kinds)])));
});
