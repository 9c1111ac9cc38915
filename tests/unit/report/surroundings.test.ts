import { describe, expect, test } from 'vitest';
import type { StageSummary } from '../../../src/engine/index.ts';
import { otherDevices, otherDevicesWords } from '../../../src/report/results/surroundings.ts';

const cpu = {
  backend: 'tensorflow',
  version: '2.21.0',
  kind: 'cpu',
  name: 'A',
  features: 'avx512',
  threads: 2,
  steps: 'one graph',
};

function ranOn(device: object | undefined, at: number, id = `s${at}`, uses = 'x'): StageSummary {
  const rest = {
    because: undefined,
    reason: undefined,
    seconds: 1,
    outputs: {},
    metrics: {},
    files: {},
    variants: [{}],
  };
  const provenance = device ? { ranOn: { device: { ...device } } } : {};
  return { id, stage: 's', uses, key: undefined, state: 'ran', provenance, ...rest };
}

const differing = (...devices: readonly (object | undefined)[]) =>
  otherDevices(
    devices.map((device, at) => ranOn(device, at)),
    [],
    new Map(),
  );

/** Two evaluations of one class, each of a training that a training may precede. */
function evaluated(trainings: Readonly<Record<string, object>>, needs: readonly (readonly [string, string])[]) {
  const { steps: _, ...evaluating } = cpu;
  const results = ['evaluate-a', 'evaluate-b'].map((id, at) => ranOn(evaluating, at, id, 'evaluate'));
  const stages = Object.entries(trainings).map(([id, device], at) => ranOn(device, at, id, `kind of ${id}`));
  return otherDevicesWords(
    otherDevices(results, [...stages, ...results], new Map(needs.map(([id, need]) => [id, [need]]))),
  );
}

test('processors of other names and the same features are of one class, and what ran on none is not compared', () => {
  expect(differing(cpu, { ...cpu, name: 'B' }, undefined)).toEqual([]);
  expect(differing(cpu, { ...cpu, threads: 1 }, undefined)).toEqual([
    {
      field: 'threads',
      values: [
        { value: '2', stages: ['s0'] },
        { value: '1', stages: ['s1'] },
      ],
    },
  ]);
});

test('the results themselves are compared, of whatever kind they are', () => {
  const { steps: _, ...evaluating } = cpu;
  const results = [ranOn(evaluating, 0, 'a', 'one kind'), ranOn({ ...evaluating, threads: 1 }, 1, 'b', 'another')];
  expect(otherDevices(results, [], new Map()).map(({ field }) => field)).toEqual(['threads']);
});

test.each([
  ['features', { ...cpu, features: 'avx2' }],
  ['threads', { ...cpu, threads: 1 }],
  ['version', { ...cpu, version: '2.20.0' }],
  ['backend', { ...cpu, backend: 'wasm' }],
  ['steps', { ...cpu, steps: 'compiled by XLA' }],
])('other %s are another class', (field, other) => {
  expect(differing(cpu, other).map((each) => each.field)).toEqual([field]);
});

test('on a GPU its name counts, and whether kernels were deterministic', () => {
  const gpu = { backend: 'tensorflow', version: '2.21.0', kind: 'gpu', name: 'H100' };
  expect(differing(gpu, { ...gpu, name: 'H200', deterministic: true }).map(({ field }) => field)).toEqual([
    'name',
    'deterministic',
  ]);
});

test('a sentence names the values and what they made', () => {
  expect(otherDevicesWords(differing(cpu, { ...cpu, threads: 1 }))[0]).toMatch(
    /^results were computed with different numbers of threads: 2 \(s0\); 1 \(s1\)/u,
  );
  expect(otherDevicesWords(differing(cpu, ...Array.from({ length: 5 }, () => ({ ...cpu, threads: 1 }))))[0]).toContain(
    '1 (s1, s2, s3 and 2 more)',
  );
});

describe('evaluations of trainings', () => {
  const direct = [
    ['evaluate-a', 'train-a'],
    ['evaluate-b', 'train-b'],
  ] as const;
  const taught = [['train-b', 'train-a'], ...direct] as const;

  test.each([
    ['threads', { threads: 1 }, 'numbers of threads: 2 (train-a); 1 (train-b)'],
    ['steps', { steps: 'compiled by XLA' }, 'ways to compute steps: one graph (train-a); compiled by XLA (train-b)'],
    ['a backend', { backend: 'wasm' }, 'backends: tensorflow (train-a); wasm (train-b)'],
  ])('name trainings with other %s', (_, change, words) => {
    expect(evaluated({ 'train-a': cpu, 'train-b': { ...cpu, ...change } }, direct)).toEqual([
      expect.stringContaining(`results were computed with different ${words}`),
    ]);
  });

  test('do not differ if each has a teacher of another class', () => {
    const stages = { teacher: { ...cpu, threads: 8 }, 'train-a': cpu, 'train-b': cpu };
    expect(evaluated(stages, [['train-a', 'teacher'], ['train-b', 'teacher'], ...direct])).toEqual([]);
  });

  test('differ if one is of the teacher itself', () => {
    expect(evaluated({ 'train-a': { ...cpu, threads: 8 }, 'train-b': cpu }, taught)).toHaveLength(1);
    expect(evaluated({ 'train-a': cpu, 'train-b': cpu }, taught)).toEqual([]);
  });

  test('differ if one training continued under another class', () => {
    const resumed = ranOn(cpu, 0, 'train-b', 'train');
    const ranOnBoth = { ranOn: { device: { ...cpu }, earlier: [{ ...cpu, threads: 1 }] } };
    const results = [ranOn(cpu, 0, 'train-a', 'train'), { ...resumed, provenance: ranOnBoth }];
    expect(otherDevices(results, [], new Map())).toEqual([
      {
        field: 'threads',
        values: [
          { value: '2', stages: ['train-a'] },
          { value: '1, then 2', stages: ['train-b'] },
        ],
      },
    ]);
  });
});
