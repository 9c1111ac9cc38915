import type { ProgramSpec } from '../program.ts';
import { Graph } from './graph.ts';
import { type Rule, rewrite } from './rewrite.ts';
import { bfloat16 } from './rules/bfloat16.ts';
import { biasAdd, biasGradient } from './rules/bias.ts';
import { filterGradientsAsProducts, pointwiseInputGradientsAsProducts } from './rules/products.ts';
import type { Trace } from './trace.ts';

/** What a function is optimised for. */
export interface Target {
  readonly onGpu: boolean;
  readonly precision: NonNullable<ProgramSpec['precision']>;
  /** Makes reads of variables that never change constants. */
  readonly constants: Rule;
}

/** Copies a function into a graph in the form that runs fastest on a device. */
export function optimise(traced: Trace, graph: Graph, { onGpu, precision, constants }: Target): Trace {
  const forCpus = onGpu ? [] : [filterGradientsAsProducts, pointwiseInputGradientsAsProducts];
  const faster: readonly Rule[] = [biasAdd, biasGradient, ...forCpus];
  if (precision === 'float32') return rewrite(traced, graph, [...faster, constants]);
  return rewrite(rewrite(traced, new Graph(), faster), graph, [constants, bfloat16]);
}
