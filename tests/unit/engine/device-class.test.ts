import { expect, test } from 'vitest';
import { classOf, otherClass } from '../../../src/engine/device-class.ts';

const cpu = { backend: 'tensorflow', kind: 'cpu', name: 'A', features: 'avx2', threads: 2 };
const gpu = { backend: 'tensorflow', kind: 'gpu', name: 'H100' };

test('devices differ in what one has and the other has not, either way round', () => {
  const exact = { ...cpu, precision: 'float32' };
  expect(otherClass(cpu, exact)).toEqual(['precision']);
  expect(otherClass(exact, cpu)).toEqual(['precision']);
  expect(otherClass(exact, { ...exact, precision: 'tf32' })).toEqual(['precision']);
});

test('the name of a processor counts only where its features are unknown', () => {
  expect(otherClass(cpu, { ...cpu, name: 'B' })).toEqual([]);
  expect(otherClass({ ...gpu, kind: 'cpu' }, { ...gpu, kind: 'cpu', name: 'B' })).toEqual(['name']);
});

test('a GPU that does not report deterministic kernels has none', () => {
  expect(otherClass(gpu, { ...gpu, deterministic: false })).toEqual([]);
  expect(otherClass(gpu, { ...gpu, deterministic: true })).toEqual(['deterministic']);
});

test('parts that were computed before an interruption count', () => {
  const ranOn = { device: cpu, earlier: [{ ...cpu, threads: 1 }, cpu] };
  expect(classOf(ranOn).get('threads')).toBe('1, then 2');
  expect(classOf(ranOn).get('features')).toBe('avx2');
});
