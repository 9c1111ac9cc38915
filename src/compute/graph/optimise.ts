import type { ProgramSpec } from '../program.ts';
import { Graph } from './graph.ts';
import { type Rule, rewrite } from './rewrite.ts';
import { bfloat16 } from './rules/bfloat16.ts';
import { biasAdd, biasGradient } from './rules/bias.ts';
import { filterGradientsAsProducts } from './rules/filter-gradients.ts';
import { pointwiseAsProducts, pointwiseInputGradientsAsProducts } from './rules/pointwise.ts';
import type { Trace } from './trace.ts';

/** oneDNN's kernels that win differ by the vectors that a CPU has. */
export type TargetDevice = 'cpu' | 'cpu with AVX-512' | 'gpu';

/** What a function is optimised for. */
export interface Target {
  readonly device: TargetDevice;
  readonly precision: NonNullable<ProgramSpec['precision']>;
  /** Makes reads of variables that never change constants. */
  readonly constants: Rule;
}

/** Copies a function into a graph in the form that runs fastest on a device. */
export function optimise(traced: Trace, graph: Graph, { device, precision, constants }: Target): Trace {
  const faster: readonly Rule[] = [biasAdd, biasGradient, ...productRules(device)];
  if (precision === 'float32') return rewrite(traced, graph, [...faster, constants]);
  return rewrite(rewrite(traced, new Graph(), faster), graph, [constants, bfloat16]);
}

/** Which convolutions and gradients are products; a GPU has kernels for all of them. */
function productRules(device: TargetDevice): readonly Rule[] {
  if (device === 'gpu') return [];
  const vectors = { hasAvx512: device === 'cpu with AVX-512' };
  const gradients = [filterGradientsAsProducts(vectors), pointwiseInputGradientsAsProducts(vectors)];
  return vectors.hasAvx512 ? [pointwiseAsProducts, ...gradients] : gradients;
}
