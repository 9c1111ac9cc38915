import { sizeOf } from '../../values.ts';
import type { TensorType } from '../graph.ts';
import type { RecordedOperation, ShapeRule } from './rule.ts';

function reduced({ inputs, attribute, constant }: RecordedOperation): TensorType {
  const { shape, type } = inputs[0]!;
  const axes = new Set(constant(1).map((axis) => (axis + shape.length) % shape.length));
  const kept = attribute('keep_dims')
    ? shape.map((length, axis) => (axes.has(axis) ? 1 : length))
    : shape.filter((_, axis) => !axes.has(axis));
  return { shape: kept, type };
}

const reduction: ShapeRule = (operation) => [reduced(operation)];
const position: ShapeRule = (operation) => [{ ...reduced({ ...operation, attribute: () => false }), type: 'int32' }];

const padding: ShapeRule = ({ inputs, constant }) => {
  const { shape, type } = inputs[0]!;
  const amounts = constant(1);
  return [{ shape: shape.map((length, axis) => length + amounts[2 * axis]! + amounts[2 * axis + 1]!), type }];
};

/** Operations that gather values along axes or rearrange them. */
export const arrangement: Readonly<Record<string, ShapeRule>> = {
  Sum: reduction,
  Mean: reduction,
  Max: reduction,
  Min: reduction,
  Prod: reduction,
  All: reduction,
  Any: reduction,
  ArgMax: position,
  ArgMin: position,
  PadV2: padding,
  Reshape: ({ inputs, constant }) => {
    const { shape, type } = inputs[0]!;
    const asked = constant(1);
    const rest = sizeOf(shape) / sizeOf(asked.filter((length) => length !== -1));
    return [{ shape: asked.map((length) => (length === -1 ? rest : length)), type }];
  },
  ExpandDims: ({ inputs, constant }) => {
    const { shape, type } = inputs[0]!;
    const axis = constant(1)[0]!;
    return [{ shape: shape.toSpliced(axis < 0 ? axis + shape.length + 1 : axis, 0, 1), type }];
  },
  Fill: ({ inputs, constant }) => [{ shape: constant(0), type: inputs[1]!.type }],
  Slice: ({ inputs, constant }) => [{ shape: constant(2), type: inputs[0]!.type }],
  Transpose: ({ inputs, constant }) => [
    { shape: constant(1).map((axis) => inputs[0]!.shape[axis]!), type: inputs[0]!.type },
  ],
  Tile: ({ inputs, constant }) => {
    const times = constant(1);
    return [{ shape: inputs[0]!.shape.map((length, axis) => length * times[axis]!), type: inputs[0]!.type }];
  },
  ConcatV2: ({ inputs, constant }) => {
    const joined = inputs.slice(0, -1);
    const { shape, type } = joined[0]!;
    const along = (constant(joined.length)[0]! + shape.length) % shape.length;
    const length = joined.reduce((sum, input) => sum + input.shape[along]!, 0);
    return [{ shape: shape.with(along, length), type }];
  },
  OneHot: ({ inputs, constant }) => [{ shape: [...inputs[0]!.shape, constant(1)[0]!], type: inputs[2]!.type }],
};
