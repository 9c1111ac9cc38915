import type { ProgramSpec } from '../program.ts';
import { Graph } from './graph.ts';
import { type Rule, rewrite } from './rewrite.ts';
import { bfloat16 } from './rules/bfloat16.ts';
import { biasAdd, biasGradient } from './rules/bias.ts';
import { filterGradientsAsProducts, pointwiseInputGradientsAsProducts } from './rules/products.ts';
import type { Trace } from './trace.ts';

/** Copies a function into a graph in the form that runs fastest on a device. */
export function optimise(
  traced: Trace,
  graph: Graph,
  { onGpu, precision }: { onGpu: boolean; precision: NonNullable<ProgramSpec['precision']> },
): Trace {
  const forCpus = onGpu ? [] : [filterGradientsAsProducts, pointwiseInputGradientsAsProducts];
  const faster: readonly Rule[] = [biasAdd, biasGradient, ...forCpus];
  if (precision === 'float32') return rewrite(traced, graph, faster);
  return rewrite(rewrite(traced, new Graph(), faster), graph, [bfloat16]);
}
