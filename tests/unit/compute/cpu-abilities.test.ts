import { expect, test } from 'vitest';
import { abilitiesIn, cpuClass, fasterPrecision, kernelFeatures } from '../../../src/compute/cpu-abilities.ts';

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

test.each([
  ['avx2', 'cpu', 'float32'],
  ['avx512f avx512_vnni', 'cpu with AVX-512', 'float32'],
  ['avx512f avx512_bf16', 'cpu with AVX-512 and bfloat16', 'bfloat16'],
  ['avx512f avx512_bf16 amx_tile amx_bf16', 'cpu with AMX', 'bfloat16'],
  // An hypervisor may hide AVX-512 and leave AMX.
  ['avx2 amx_tile amx_bf16', 'cpu', 'float32'],
] as const)('a CPU with %s is a %s and trains fastest in %s', (flags, kind, precision) => {
  const found = cpuClass(abilitiesIn(`flags\t\t: ${flags}\n`));
  expect([found, fasterPrecision(found)]).toEqual([kind, precision]);
});
