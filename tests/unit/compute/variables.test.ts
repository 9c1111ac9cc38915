import { describe, expect, test } from 'vitest';
import { chosenBackend } from '../../../src/compute/chosen-backend.ts';
import { checkVariables, requestedThreads, stepsIn, xlaSteps } from '../../../src/compute/variables.ts';

test('XLA is on for a number of steps from 1 to 9999', () => {
  expect(['1', '8', '9999'].map((text) => [stepsIn(text), xlaSteps({ PIPE_XLA: text })])).toEqual([
    [1, 1],
    [8, 8],
    [9999, 9999],
  ]);
  expect([{}, { PIPE_XLA: '' }, { PIPE_XLA: '0' }].map(xlaSteps)).toEqual([undefined, undefined, undefined]);
});

test.each(['10000', '1000000000', '1e9', '1.5', '-3', 'abc', '08'])('%s is not a number of steps', (text) => {
  expect(stepsIn(text)).toBeUndefined();
  expect(() => checkVariables({ PIPE_XLA: text })).toThrow(`PIPE_XLA is "${text}", which is not a number of steps`);
});

describe.each(['TF_NUM_INTRAOP_THREADS', 'TF_NUM_INTEROP_THREADS'])('%s', (name) => {
  test.each(['0', '1.5', '-1', 'abc', '1e9', '5000', '1000000000'])('%s is not a number of threads', (text) => {
    expect(() => checkVariables({ [name]: text })).toThrow(`${name} is "${text}", which is not a number of threads`);
  });

  test.each(['', '1', '4096'])('%j is accepted', (text) => {
    expect(() => checkVariables({ [name]: text })).not.toThrow();
  });
});

test('the threads of other libraries are not checked: OpenMP accepts lists', () => {
  expect(() => checkVariables({ OMP_NUM_THREADS: '4,2' })).not.toThrow();
});

test('a number of threads is used as it is', () => {
  expect([requestedThreads({ TF_NUM_INTRAOP_THREADS: '3' }), requestedThreads({})]).toEqual([3, undefined]);
});

test('an unknown backend is refused before anything runs; nothing, or an empty value, is the best one', () => {
  expect(() => checkVariables({ PIPE_BACKEND: 'tensorfow' })).toThrow('PIPE_BACKEND is "tensorfow"');
  expect([{}, { PIPE_BACKEND: '' }, { PIPE_BACKEND: 'wasm' }].map(chosenBackend)).toEqual(['auto', 'auto', 'wasm']);
});
