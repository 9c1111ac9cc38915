import { dataTypeOf } from '../attributes.ts';
import type { TensorType } from '../graph.ts';
import type { RecordedOperation, ShapeRule } from './rule.ts';

/** NumPy's broadcasting: shapes aligned at their last axis, axes of length 1 repeated. */
function broadcast(a: readonly number[], b: readonly number[]): number[] {
  const rank = Math.max(a.length, b.length);
  return Array.from({ length: rank }, (_, axis) => {
    const [left, right] = [a[axis - rank + a.length] ?? 1, b[axis - rank + b.length] ?? 1];
    return left === 1 ? right : left;
  });
}

const likeFirst: ShapeRule = ({ inputs }) => [inputs[0]!];

function binary({ inputs: [a, b] }: RecordedOperation): TensorType {
  return { shape: broadcast(a!.shape, b!.shape), type: a!.type };
}

const arithmetic: ShapeRule = (operation) => [binary(operation)];
const comparison: ShapeRule = (operation) => [{ ...binary(operation), type: 'bool' }];

const unaryNames = [
  ...['Abs', 'Ceil', 'Elu', 'Exp', 'Expm1', 'Floor', 'Log', 'Log1p', 'LogicalNot', 'Neg', 'OnesLike'],
  ...['Reciprocal', 'Relu', 'Relu6', 'ReluGrad', 'Round', 'Rsqrt', 'Sigmoid', 'Sign', 'Softmax', 'Softplus', 'Sqrt'],
  ...['Square', 'Tanh', 'ZerosLike', 'AddN'],
];
const arithmeticNames = ['Add', 'FloorDiv', 'Maximum', 'Minimum', 'Mul', 'Pow', 'RealDiv', 'SquaredDifference', 'Sub'];
const comparisonNames = [
  'Equal',
  'Greater',
  'GreaterEqual',
  'Less',
  'LessEqual',
  'LogicalAnd',
  'LogicalOr',
  'NotEqual',
];

function all(names: readonly string[], rule: ShapeRule): Record<string, ShapeRule> {
  return Object.fromEntries(names.map((name) => [name, rule]));
}

/** Operations on each value alone, or on pairs of values. */
export const elementwise: Readonly<Record<string, ShapeRule>> = {
  ...all(unaryNames, likeFirst),
  ...all(arithmeticNames, arithmetic),
  ...all(comparisonNames, comparison),
  Cast: ({ inputs, attribute }) => [{ shape: inputs[0]!.shape, type: dataTypeOf(attribute('DstT'))! }],
  Select: ({ inputs }) => [inputs[1]!],
};
