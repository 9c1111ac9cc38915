import type { Edge } from './graph.ts';
import { NotCompilable } from './not-compilable.ts';

/** Operations with one output, by its name in TensorFlow's definitions of operations. */
const single: Readonly<Record<string, readonly string[]>> = {
  activations: ['Elu', 'Relu', 'Relu6', 'Softplus'],
  backprops: ['ReluGrad'],
  output: [
    ...[
      'All',
      'Any',
      'ArgMax',
      'ArgMin',
      'AvgPool',
      'AvgPoolGrad',
      'BatchMatMulV2',
      'BiasAdd',
      'BiasAddGrad',
      'Bitcast',
    ],
    ...['ConcatV2', 'Const', 'Conv2D', 'Conv2DBackpropFilter', 'Conv2DBackpropInput', 'ExpandDims', 'Fill', 'Identity'],
    ...[
      'Max',
      'MaxPool',
      'MaxPoolGrad',
      'Mean',
      'Min',
      'OneHot',
      'Pack',
      'Pad',
      'PadV2',
      'Prod',
      'Reshape',
      'Select',
      'Slice',
    ],
    ...['Sum', 'Tile', 'XlaDynamicUpdateSlice', 'XlaSetBound'],
  ],
  patches: ['ExtractImagePatches'],
  product: ['MatMul'],
  softmax: ['Softmax'],
  sum: ['AddN'],
  value: ['ReadVariableOp'],
  y: [
    ...['Abs', 'Cast', 'Ceil', 'Exp', 'Expm1', 'Floor', 'Log', 'Log1p', 'LogicalNot', 'Neg', 'OnesLike', 'Reciprocal'],
    ...['Round', 'Rsqrt', 'Sigmoid', 'Sign', 'Sqrt', 'Square', 'Tanh', 'Transpose', 'ZerosLike'],
  ],
  z: [
    ...['Add', 'AddV2', 'Equal', 'FloorDiv', 'Greater', 'GreaterEqual', 'Less', 'LessEqual', 'LogicalAnd', 'LogicalOr'],
    ...['Maximum', 'Minimum', 'Mul', 'NotEqual', 'Pow', 'RealDiv', 'SquaredDifference', 'Sub'],
  ],
};

/** Operations with several outputs, with their names in order. */
const several: Readonly<Record<string, readonly string[]>> = {
  FusedBatchNormGradV3: ['x_backprop', 'scale_backprop', 'offset_backprop', 'reserve_space_4', 'reserve_space_5'],
  FusedBatchNormV3: ['y', 'batch_mean', 'batch_variance', 'reserve_space_1', 'reserve_space_2', 'reserve_space_3'],
  SparseSoftmaxCrossEntropyWithLogits: ['loss', 'backprop'],
};

/** Operations with a variable number of outputs, by the name of their list. */
const lists: Readonly<Record<string, string>> = {
  SplitV: 'output',
  StatefulPartitionedCall: 'output',
  Unpack: 'output',
  While: 'output',
};

/** The names of each operation's outputs. The body of a TensorFlow function refers to outputs by name, a graph by number. */
export const outputNames: ReadonlyMap<string, readonly string[]> = new Map([
  ...Object.entries(single).flatMap(([name, ops]) => ops.map((op): [string, readonly string[]] => [op, [name]])),
  ...Object.entries(several),
]);

/**
 * The output at the start of an edge, as `name:index in the list of that name`. @throws NotCompilable if the names of its operation's
 * outputs are unknown.
 */
export function outputName({ node, index }: Edge): string {
  const list = lists[node.op];
  if (list !== undefined) return `${list}:${index}`;
  const name = outputNames.get(node.op)?.[index];
  if (name !== undefined) return `${name}:0`;
  throw new NotCompilable(`uses ${node.op}, whose outputs have no names here`);
}
