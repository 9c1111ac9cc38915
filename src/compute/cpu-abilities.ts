import { readFileSync } from 'node:fs';

/** The CPU's features beyond its architecture, as Linux names them, e.g. `avx512f`; none if the system does not tell. */
export function cpuAbilities(): ReadonlySet<string> {
  return abilitiesIn(readCpuinfo());
}

/** The abilities of the first CPU in the text of /proc/cpuinfo. */
export function abilitiesIn(cpuinfo: string): ReadonlySet<string> {
  const flags = /^flags\s*:(.*)$/m.exec(cpuinfo)?.[1];
  return new Set(flags?.trim().split(/\s+/));
}

/** CPUs by what decides how a graph computes on them: the vectors that oneDNN's kernels use, and whether they multiply bfloat16. */
export type CpuClass = 'cpu' | 'cpu with AVX-512' | 'cpu with AVX-512 and bfloat16' | 'cpu with AMX';

/** The features that oneDNN does not use under a value of `ONEDNN_MAX_CPU_ISA`, by their beginnings; it ignores values that it does not know. */
const unusedBelow: Readonly<Record<string, readonly string[]>> = {
  SSE41: ['avx', 'fma', 'amx'],
  AVX: ['avx2', 'avx512', 'avx_vnni', 'fma', 'amx'],
  AVX2: ['avx512', 'avx_vnni', 'amx'],
  AVX2_VNNI: ['avx512', 'amx'],
  AVX2_VNNI_2: ['avx512', 'amx'],
  AVX512_CORE: ['avx512_vnni', 'avx512_bf16', 'amx'],
  AVX512_CORE_VNNI: ['avx512_bf16', 'amx'],
  AVX512_CORE_BF16: ['amx'],
  AVX512_CORE_FP16: ['amx'],
  AVX10_1_512: ['amx'],
};

/** The abilities that oneDNN uses in an environment: `ONEDNN_MAX_CPU_ISA` limits them. */
export function usedAbilities(
  abilities: ReadonlySet<string>,
  environment: Readonly<Record<string, string | undefined>>,
): ReadonlySet<string> {
  const unused = unusedBelow[(environment['ONEDNN_MAX_CPU_ISA'] ?? '').toUpperCase()] ?? [];
  return new Set([...abilities].filter((ability) => !unused.some((beginning) => ability.startsWith(beginning))));
}

/** The class of a CPU with these abilities. */
export function cpuClass(abilities: ReadonlySet<string>): CpuClass {
  if (!abilities.has('avx512f')) return 'cpu';
  if (abilities.has('amx_bf16')) return 'cpu with AMX';
  return abilities.has('avx512_bf16') ? 'cpu with AVX-512 and bfloat16' : 'cpu with AVX-512';
}

/** The precision in which training is fastest on a class: bfloat16 if the CPU multiplies it, otherwise float32. */
export function fasterPrecision(kind: CpuClass): 'float32' | 'bfloat16' {
  return kind === 'cpu with AMX' || kind === 'cpu with AVX-512 and bfloat16' ? 'bfloat16' : 'float32';
}

/** The features by which TensorFlow and oneDNN choose their kernels, as Linux names them. */
const choosing = [
  'avx',
  'avx2',
  'fma',
  'avx512f',
  'avx512_vnni',
  'avx512_bf16',
  'avx_vnni',
  'amx_tile',
  'amx_int8',
  'amx_bf16',
];

/** Variables that change the choice. */
const overriding = ['TF_ENABLE_ONEDNN_OPTS', 'ONEDNN_MAX_CPU_ISA'];

/**
 * Everything that decides about the kernels on a CPU, in one line: two CPUs with the same line round alike. Undefined if the system does
 * not tell.
 * @param abilities of the CPU. @param environment in which the library is loaded.
 */
export function kernelFeatures(
  abilities: ReadonlySet<string>,
  environment: Readonly<Record<string, string | undefined>>,
): string | undefined {
  const settings = overriding.filter((name) => environment[name]).map((name) => `${name}=${environment[name]}`);
  return [...choosing.filter((ability) => abilities.has(ability)), ...settings].join(' ') || undefined;
}

function readCpuinfo(): string {
  try {
    return readFileSync('/proc/cpuinfo', 'utf8');
  } catch {
    return '';
  }
}
