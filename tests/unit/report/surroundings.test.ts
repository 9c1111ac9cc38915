import { expect, test } from 'vitest';
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

function ranOn(device: object | undefined, at: number): StageSummary {
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
  return { id: `s${at}`, stage: 's', uses: 'x', key: undefined, state: 'ran', provenance, ...rest };
}

const differing = (...devices: readonly (object | undefined)[]) => otherDevices(devices.map(ranOn));

test('processors of other names and the same features are of one class, and what ran on none is not compared', () => {
  expect(differing(cpu, { ...cpu, name: 'B' }, undefined)).toEqual([]);
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
});
