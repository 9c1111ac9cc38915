import { expect, test } from 'vitest';
import { abilitiesIn } from '../../../../src/compute/cpu-abilities.ts';
import { inspectOneDnn, inspectPrecision } from '../../../../src/compute/setup/onednn.ts';

const cpu = (flags: string) => abilitiesIn(`model name\t: Some CPU\nflags\t\t: fpu ${flags} sse2\nbugs\t\t:\n`);

test.each([
  ['a CPU that TensorFlow turns it on for', {}, cpu('avx512_bf16'), ['good', 'on, since the CPU has avx512_bf16']],
  ['a CPU that it leaves it off for', {}, cpu('avx2'), ['absent', 'off, the default of TensorFlow on this CPU']],
  ['the user turning it on', { TF_ENABLE_ONEDNN_OPTS: '1' }, cpu('avx2'), ['good', 'on, by TF_ENABLE_ONEDNN_OPTS']],
  [
    'the user turning it off',
    { TF_ENABLE_ONEDNN_OPTS: '0' },
    cpu('amx_tile'),
    ['good', 'off, by TF_ENABLE_ONEDNN_OPTS'],
  ],
] as const)('oneDNN with %s', (_, environment, abilities, [state, detail]) => {
  expect(inspectOneDnn(environment, abilities)).toEqual([
    expect.objectContaining({ subject: 'onednn', state, detail }),
  ]);
});

test('if oneDNN is off, the hint says how to turn it on', () => {
  const [finding] = inspectOneDnn({}, cpu('avx2'));
  expect(finding?.next).toContain('TF_ENABLE_ONEDNN_OPTS=1');
});

test('nothing is said of oneDNN where the CPU does not tell its abilities', () => {
  expect(inspectOneDnn({}, abilitiesIn(''))).toEqual([]);
});

test.each([
  ['AMX', {}, cpu('avx512f avx512_bf16 amx_bf16'), 'bfloat16 is faster on this CPU, which has amx_bf16'],
  ['bfloat16 vectors', {}, cpu('avx512f avx512_bf16'), 'bfloat16 is faster on this CPU, which has avx512_bf16'],
  ['neither', {}, cpu('avx512f'), 'float32 is faster on this CPU: it does not multiply bfloat16'],
  [
    'oneDNN off',
    { TF_ENABLE_ONEDNN_OPTS: '0' },
    cpu('avx512f avx512_bf16'),
    'float32 is faster on this CPU: oneDNN, which computes bfloat16, is off',
  ],
  [
    'bfloat16 excluded by ONEDNN_MAX_CPU_ISA',
    { ONEDNN_MAX_CPU_ISA: 'avx2' },
    cpu('avx512f avx512_bf16 amx_bf16'),
    'float32 is faster on this CPU: ONEDNN_MAX_CPU_ISA excludes bfloat16',
  ],
  [
    'AMX excluded by ONEDNN_MAX_CPU_ISA',
    { ONEDNN_MAX_CPU_ISA: 'AVX512_CORE_BF16' },
    cpu('avx512f avx512_bf16 amx_bf16'),
    'bfloat16 is faster on this CPU, which has avx512_bf16',
  ],
] as const)('the faster precision with %s', (_, environment, abilities, detail) => {
  const question = { environment, hasGpu: false, portable: undefined, abilities };
  const [finding, ...others] = inspectPrecision(question);
  expect([finding?.detail, others]).toEqual([detail, []]);
  expect(finding?.next?.includes('params.precision=bfloat16') ?? false).toBe(detail.startsWith('bfloat16'));
});

test('with a GPU, bfloat16 is not recommended for training on it', () => {
  const [finding] = inspectPrecision({
    environment: {},
    hasGpu: true,
    portable: undefined,
    abilities: cpu('avx512f avx512_bf16 amx_bf16'),
  });
  expect(finding?.detail).toContain('float32 was faster on the GPU that was measured');
  expect(finding?.next).not.toContain('bfloat16');
});

test('no precision is recommended where the CPU does not tell its abilities', () => {
  expect(inspectPrecision({ environment: {}, hasGpu: false, portable: undefined, abilities: abilitiesIn('') })).toEqual(
    [],
  );
});

test.each(['wasm', 'javascript'] as const)('the backend %s has one precision', (portable) => {
  const abilities = cpu('avx512f avx512_bf16');
  expect(inspectPrecision({ environment: {}, hasGpu: false, portable, abilities })).toEqual([
    { subject: 'precision', state: 'good', detail: `float32, the only one of the backend ${portable}` },
  ]);
});
