import type { ShapeRule } from './rule.ts';

/** Length of an axis after a window of `size` moved over it by `stride`. */
function windows(length: number, size: number, stride: number, padding: unknown): number {
  return Math.ceil((padding === 'SAME' ? length : length - size + 1) / stride);
}

const pooling: ShapeRule = ({ inputs, attribute }) => {
  const { shape, type } = inputs[0]!;
  const size = attribute('ksize') as number[];
  const strides = attribute('strides') as number[];
  return [
    { shape: shape.map((length, axis) => windows(length, size[axis]!, strides[axis]!, attribute('padding'))), type },
  ];
};

const batchNormStatistics = 4;

/** Operations of neural networks: convolution, pooling, normalisation, dense products, losses. Layout NHWC. */
export const layers: Readonly<Record<string, ShapeRule>> = {
  Conv2D: ({ inputs, attribute }) => {
    const [batch, height, width] = inputs[0]!.shape as [number, number, number, number];
    const [rows, columns, , depth] = inputs[1]!.shape as [number, number, number, number];
    const [, down, right] = attribute('strides') as [number, number, number, number];
    const [, dilateDown, dilateRight] = attribute('dilations') as [number, number, number, number];
    const padding = attribute('padding');
    const [top = 0, bottom = 0, before = 0, behind = 0] =
      padding === 'EXPLICIT' ? (attribute('explicit_paddings') as number[]).slice(2, 6) : [];
    const outHeight = windows(height + top + bottom, (rows - 1) * dilateDown + 1, down, padding);
    const outWidth = windows(width + before + behind, (columns - 1) * dilateRight + 1, right, padding);
    return [{ shape: [batch, outHeight, outWidth, depth], type: inputs[0]!.type }];
  },
  Conv2DBackpropInput: ({ inputs, constant }) => [{ shape: constant(0), type: inputs[2]!.type }],
  Conv2DBackpropFilter: ({ inputs, constant }) => [{ shape: constant(1), type: inputs[2]!.type }],
  MaxPool: pooling,
  AvgPool: pooling,
  MaxPoolGrad: ({ inputs }) => [inputs[0]!],
  AvgPoolGrad: ({ inputs, constant }) => [{ shape: constant(0), type: inputs[1]!.type }],
  BatchMatMulV2: ({ inputs: [a, b], attribute }) => {
    const rows = a!.shape.at(attribute('adj_x') ? -1 : -2)!;
    const columns = b!.shape.at(attribute('adj_y') ? -2 : -1)!;
    const [left, right] = [a!.shape.slice(0, -2), b!.shape.slice(0, -2)];
    return [{ shape: [...(left.length > right.length ? left : right), rows, columns], type: a!.type }];
  },
  FusedBatchNormV3: ({ inputs: [x, gamma] }) => [
    x!,
    ...Array.from({ length: batchNormStatistics }, () => gamma!),
    { shape: [0], type: 'float32' },
  ],
  FusedBatchNormGradV3: ({ inputs: [, x, gamma] }) => [
    x!,
    gamma!,
    gamma!,
    { shape: [0], type: 'float32' },
    { shape: [0], type: 'float32' },
  ],
  SparseSoftmaxCrossEntropyWithLogits: ({ inputs: [logits, labels] }) => [
    { shape: labels!.shape, type: logits!.type },
    logits!,
  ],
};
