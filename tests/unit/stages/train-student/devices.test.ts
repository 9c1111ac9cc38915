import { mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { temporaryDirectory } from '../../../support/temporary.ts';
import { trainSmallStudent, writeInputs } from './small-student.ts';

const directory = temporaryDirectory();
beforeAll(() => writeInputs(directory));

function emptyFolder(name: string): string {
  const path = join(directory, name);
  mkdirSync(path);
  return path;
}

test('a training that continues on a device of another class says so, and reports both', async () => {
  const checkpoints = emptyFolder('changed');
  const first = await trainSmallStudent(directory, {}, { threads: 2 }, checkpoints);
  expect(first.warnings).toEqual([]);
  expect(first.provenance).not.toHaveProperty('earlier');
  const second = await trainSmallStudent(directory, {}, { threads: 1 }, checkpoints);
  expect(second.warnings).toEqual([
    'continues what was computed with threads 2; now with threads 1. The result may differ in its last bits from one without interruption; its record lists both',
  ]);
  expect(second.provenance).toMatchObject({ device: { threads: 1 }, earlier: [{ threads: 2, steps: 'one graph' }] });
});

test('more epochs also report the device of the first ones', async () => {
  const checkpoints = emptyFolder('longer');
  await trainSmallStudent(directory, {}, { threads: 2 }, checkpoints);
  await trainSmallStudent(directory, { epochs: 2 }, { threads: 1 }, checkpoints);
  const third = await trainSmallStudent(directory, { epochs: 3 }, { threads: 3 }, checkpoints);
  expect(third.provenance).toMatchObject({ device: { threads: 3 }, earlier: [{ threads: 2 }, { threads: 1 }] });
});

test('a training that continues on a device of the same class reports one', async () => {
  const checkpoints = emptyFolder('same');
  await trainSmallStudent(directory, {}, { name: 'one CPU', features: 'avx2' }, checkpoints);
  const second = await trainSmallStudent(directory, {}, { name: 'another CPU', features: 'avx2' }, checkpoints);
  expect(second.warnings).toEqual([]);
  expect(second.provenance).not.toHaveProperty('earlier');
});

test('bfloat16 fails before anything is computed if programs run one operation at a time', async () => {
  const checkpoints = emptyFolder('bfloat16');
  await expect(trainSmallStudent(directory, { precision: 'bfloat16' }, {}, checkpoints, true)).rejects.toThrow(
    'The precision is bfloat16, but only float32 can be computed here: no graphs.',
  );
  expect(readdirSync(checkpoints)).toEqual([]);
});
