import type { CpuClass } from '../cpu-abilities.ts';
import type { ProgramSpec } from '../program.ts';
import { OperationGraph } from './graph.ts';
import { type RewriteRule, rewrite } from './rewrite.ts';
import { bfloat16 } from './rules/bfloat16.ts';
import { biasAdd, biasGradient, biasGradientAsProduct } from './rules/bias.ts';
import type { ConstantsOf } from './rules/constants.ts';
import { filterGradientsAsProducts } from './rules/filter-gradients.ts';
import { pointwiseAsProducts, pointwiseInputGradientsAsProducts } from './rules/pointwise.ts';
import type { Trace } from './trace.ts';

/** What computes: the kernels that win differ by it, and XLA chooses among its own. */
export type TargetDevice = CpuClass | 'gpu' | 'xla';

/** What a function is optimised for. */
export interface Target {
  readonly device: TargetDevice;
  readonly precision: NonNullable<ProgramSpec['precision']>;
  /** Makes constants of variables that never change. */
  readonly constants: ConstantsOf;
}

/** Copies a function into a graph, in the fastest form for a device. */
export function optimise(traced: Trace, graph: OperationGraph, { device, precision, constants }: Target): Trace {
  const faster = [...biasRules(device, precision), ...productRules(device, precision)];
  const first = rewrite(traced, new OperationGraph(), faster);
  return rewrite(first, graph, [constants(first), ...(precision === 'bfloat16' ? [bfloat16] : [])]);
}

function hasOneDnn(device: TargetDevice): device is CpuClass {
  return device !== 'gpu' && device !== 'xla';
}

/**
 * Whether widening 1x1 convolutions keep away from products that end in a bias: oneDNN computes those as "inner products", in bfloat16
 * without AMX's own kernels (docs/decisions/0015-types-of-operations.md).
 */
function avoidsInnerProducts(device: TargetDevice, precision: Target['precision']): boolean {
  return device === 'cpu with AMX' && precision === 'bfloat16';
}

function biasRules(device: TargetDevice, precision: Target['precision']): readonly RewriteRule[] {
  const gradient = hasOneDnn(device) && precision === 'bfloat16' ? biasGradientAsProduct : biasGradient;
  return [biasAdd({ fusesProducts: !avoidsInnerProducts(device, precision) }), gradient];
}

/** Which convolutions and gradients become matrix products; a GPU has kernels for all of them, and XLA makes its own products. */
function productRules(device: TargetDevice, precision: Target['precision']): readonly RewriteRule[] {
  if (!hasOneDnn(device)) return [];
  const vectors = { hasAvx512: device !== 'cpu' };
  const gradients = [filterGradientsAsProducts(vectors), pointwiseInputGradientsAsProducts(vectors)];
  if (!vectors.hasAvx512) return gradients;
  return [pointwiseAsProducts({ keepsWidening: avoidsInnerProducts(device, precision) }), ...gradients];
}
