import { cpuAbilities, cpuClass, fasterPrecision, usedAbilities } from '../cpu-abilities.ts';
import type { Environment } from '../location.ts';
import type { Inspection } from './inspection.ts';

/** The CPU features for which TensorFlow turns on oneDNN by default, as Linux names them (tensorflow/core/util/util.cc, 2.21). */
const abilities = ['avx512_vnni', 'avx512_bf16', 'avx_vnni', 'amx_tile', 'amx_int8', 'amx_bf16'];

/** Whether TensorFlow computes with oneDNN on this CPU; undefined on systems other than Linux x64. */
export function inspectOneDnn(
  environment: Environment,
  found: ReadonlySet<string> = cpuAbilities(),
): readonly Inspection[] {
  const subject = 'onednn';
  const chosen = environment['TF_ENABLE_ONEDNN_OPTS'];
  if (chosen) {
    const isOn = chosen !== '0' && chosen.toLowerCase() !== 'false';
    return [{ subject, state: 'good', detail: `${isOn ? 'on' : 'off'}, by TF_ENABLE_ONEDNN_OPTS` }];
  }
  if (found.size === 0) return [];
  const reason = abilities.find((ability) => found.has(ability));
  if (reason) return [{ subject, state: 'good', detail: `on, since the CPU has ${reason}` }];
  return [
    {
      subject,
      state: 'absent',
      detail: 'off, the default of TensorFlow on this CPU',
      next: 'to train faster, with different rounding, set TF_ENABLE_ONEDNN_OPTS=1',
    },
  ];
}

/** What the choice of a precision depends on. */
export interface PrecisionQuestion {
  readonly environment: Environment;
  readonly hasGpu: boolean;
  /** The backend that would compute, if it is not native TensorFlow. */
  readonly portable: 'wasm' | 'javascript' | undefined;
  /** Of the CPU. */
  readonly abilities?: ReadonlySet<string>;
}

/**
 * In which precision training is faster on this machine, with what would compute; nothing is said if the system does not say what the CPU
 * can do. On the GPU that was measured it is float32 (docs/results.md).
 */
export function inspectPrecision({
  environment,
  hasGpu,
  portable,
  abilities: found = cpuAbilities(),
}: PrecisionQuestion): readonly Inspection[] {
  const subject = 'precision';
  if (portable) return [{ subject, state: 'good', detail: `float32, the only one of the backend ${portable}` }];
  if (found.size === 0) return [];
  const used = usedAbilities(found, environment);
  const isOff = /^(0|false)$/iu.test(environment['TF_ENABLE_ONEDNN_OPTS'] ?? '');
  if (isOff || fasterPrecision(cpuClass(used)) === 'float32') {
    const isLimited = fasterPrecision(cpuClass(found)) !== 'float32';
    const limited = isLimited ? 'ONEDNN_MAX_CPU_ISA excludes bfloat16' : 'it does not multiply bfloat16';
    const reason = isOff ? 'oneDNN, which computes bfloat16, is off' : limited;
    return [{ subject, state: 'good', detail: `float32 is faster on this CPU: ${reason}` }];
  }
  const ability = used.has('amx_bf16') ? 'amx_bf16' : 'avx512_bf16';
  if (hasGpu) {
    const detail = `bfloat16 is faster on this CPU, which has ${ability}; float32 was faster on the GPU that was measured`;
    return [
      { subject, state: 'good', detail, next: 'to train on the GPU, leave the precision at float32, the default' },
    ];
  }
  const next = 'to train in it, use --set params.precision=bfloat16; results are others than in float32';
  return [{ subject, state: 'good', detail: `bfloat16 is faster on this CPU, which has ${ability}`, next }];
}
