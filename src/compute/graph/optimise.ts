import type { ProgramSpec } from '../program.ts';
import { OperationGraph } from './graph.ts';
import { type RewriteRule, rewrite } from './rewrite.ts';
import { bfloat16 } from './rules/bfloat16.ts';
import { biasAdd, biasGradient } from './rules/bias.ts';
import { filterGradientsAsProducts } from './rules/filter-gradients.ts';
import { pointwiseAsProducts, pointwiseInputGradientsAsProducts } from './rules/pointwise.ts';
import type { Trace } from './trace.ts';

/** oneDNN's kernels that win differ by the vectors that a CPU has; XLA chooses among its own. */
export type TargetDevice = 'cpu' | 'cpu with AVX-512' | 'gpu' | 'xla';

/** What a function is optimised for. */
export interface Target {
  readonly device: TargetDevice;
  readonly precision: NonNullable<ProgramSpec['precision']>;
  /** Makes reads of variables that never change constants. */
  readonly constants: RewriteRule;
}

/** Copies a function into a graph in the form that runs fastest on a device. */
export function optimise(traced: Trace, graph: OperationGraph, { device, precision, constants }: Target): Trace {
  const faster: readonly RewriteRule[] = [biasAdd, biasGradient, ...productRules(device)];
  if (precision === 'float32') return rewrite(traced, graph, [...faster, constants]);
  return rewrite(rewrite(traced, new OperationGraph(), faster), graph, [constants, bfloat16]);
}

/** Which convolutions and gradients are products; a GPU has kernels for all of them, and XLA makes its own products. */
function productRules(device: TargetDevice): readonly RewriteRule[] {
  if (device === 'gpu' || device === 'xla') return [];
  const vectors = { hasAvx512: device === 'cpu with AVX-512' };
  const gradients = [filterGradientsAsProducts(vectors), pointwiseInputGradientsAsProducts(vectors)];
  return vectors.hasAvx512 ? [pointwiseAsProducts, ...gradients] : gradients;
}
