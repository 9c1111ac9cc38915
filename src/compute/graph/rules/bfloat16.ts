import type { OpAttribute } from '../../native.ts';
import { dataTypes, typeAttribute } from '../attributes.ts';
import { type Edge, type OperationGraph, type OperationNode, typeOf } from '../graph.ts';
import type { RewriteRule } from '../rewrite.ts';

/** Operations worth narrowing: most arithmetic, sums kept in float32 inside the kernels. */
const narrowed = new Set(['BatchMatMulV2', 'Conv2D', 'Conv2DBackpropFilter', 'Conv2DBackpropInput', 'MatMul']);

/** Operations that stay narrow if their first value is, so that activations are not cast back and forth. */
const following = new Set([
  ...[
    'Add',
    'AddN',
    'AddV2',
    'BiasAdd',
    'BiasAddGrad',
    'FusedBatchNormGradV3',
    'FusedBatchNormV3',
    'GatherV2',
    'MaxPool',
  ],
  ...['MaxPoolGrad', 'Pad', 'PadV2', 'Relu', 'ReluGrad', 'Reshape', 'Slice', 'Transpose'],
]);

/** Attributes that say what an operation computes in. */
const elementTypes = new Set(['T', 'Tparams']);

/** For an operation whose statistics and parameters stay float32 (the attribute U): which inputs have the type T. */
const narrowInputs: Readonly<Record<string, readonly number[]>> = {
  FusedBatchNormV3: [0],
  FusedBatchNormGradV3: [0, 1],
};

const narrowOutputs: Readonly<Record<string, readonly number[]>> = {
  FusedBatchNormV3: [0],
  FusedBatchNormGradV3: [0],
};

/**
 * Mixed precision (Micikevicius et al. 2018, with bfloat16, whose range needs no scaling of the loss): convolutions, products and
 * the activations between them in bfloat16; variables, statistics, losses and updates in float32.
 */
export const bfloat16: RewriteRule = (node, inputs, graph) => {
  const isNarrow =
    node.outputs[0]?.type === 'float32' &&
    (narrowed.has(node.op) || (following.has(node.op) && inputs.some((edge) => typeOf(edge).type === 'bfloat16')));
  return isNarrow ? narrow(node, inputs, graph) : widen(node, inputs, graph);
};

function narrow(node: OperationNode, inputs: readonly Edge[], graph: OperationGraph): readonly Edge[] {
  const takes = narrowInputs[node.op];
  const gives = narrowOutputs[node.op];
  return add(graph, node, {
    inputs: inputs.map((edge, index) => {
      if (takes && !takes.includes(index)) return edge;
      return typeOf(edge).type === 'float32' ? graph.cast(edge, 'bfloat16') : edge;
    }),
    attributes: node.attributes.map((attribute) =>
      elementTypes.has(attribute.name) && attribute.value === dataTypes.float32
        ? typeAttribute(attribute.name, 'bfloat16')
        : attribute,
    ),
    outputs: node.outputs.map((output, index) =>
      output.type === 'float32' && (gives?.includes(index) ?? true) ? { ...output, type: 'bfloat16' as const } : output,
    ),
  });
}

function widen(node: OperationNode, inputs: readonly Edge[], graph: OperationGraph): readonly Edge[] | undefined {
  if (!inputs.some((edge) => typeOf(edge).type === 'bfloat16')) return undefined;
  const { attributes, outputs } = node;
  const wide = inputs.map((edge) => (typeOf(edge).type === 'bfloat16' ? graph.cast(edge, 'float32') : edge));
  return add(graph, node, { inputs: wide, attributes, outputs });
}

function add(
  graph: OperationGraph,
  { op }: OperationNode,
  parts: { inputs: readonly Edge[]; attributes: readonly OpAttribute[]; outputs: OperationNode['outputs'] },
): readonly Edge[] {
  const node = graph.add({ op, ...parts });
  return parts.outputs.map((_, index) => ({ node, index }));
}
