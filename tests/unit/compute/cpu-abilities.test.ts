import { expect, test } from 'vitest';
import { abilitiesIn, kernelFeatures } from '../../../src/compute/cpu-abilities.ts';

const epyc = abilitiesIn('processor\t: 0\nflags\t\t: fpu sse2 avx2 fma avx avx512f avx512_bf16 sha_ni\n');

test('what chooses kernels is named in one order, and nothing else', () => {
  expect(kernelFeatures(epyc, {})).toBe('avx avx2 fma avx512f avx512_bf16');
  expect(kernelFeatures(abilitiesIn('flags\t\t: fpu sse2\n'), {})).toBeUndefined();
});

test('variables that make a library choose otherwise are part of it', () => {
  const environment = { ONEDNN_MAX_CPU_ISA: 'AVX2', TF_ENABLE_ONEDNN_OPTS: '0', PATH: '/bin' };
  expect(kernelFeatures(epyc, environment)).toBe(
    'avx avx2 fma avx512f avx512_bf16 TF_ENABLE_ONEDNN_OPTS=0 ONEDNN_MAX_CPU_ISA=AVX2',
  );
});
