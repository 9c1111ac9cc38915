import type * as tfjs from '@tensorflow/tfjs-core';
import type { Tensor4D } from '@tensorflow/tfjs-core';
import { replaceKernel } from './replace-kernel.ts';

interface ConvolutionAttributes {
  readonly strides: number | [number, number];
  readonly pad: 'valid' | 'same' | number | tfjs.backend_util.ExplicitPadding;
  readonly dimRoundingMode?: 'floor' | 'round' | 'ceil';
}

/**
 * Registers both gradients of a convolution as forward convolutions, which this backend does at 20 to 25 GFLOP/s a core:
 * it has no kernel for the one by the filter, and one of 1 GFLOP/s for the one by the input.
 */
export function registerConvolutionGradients(tf: typeof tfjs): void {
  replaceKernel(tf, 'Conv2DBackpropFilter', ({ inputs, attrs }) => {
    const { filterShape, ...attributes } = attrs as unknown as ConvolutionAttributes & { filterShape: Shape4 };
    const [x, dy] = [inputs['x'], inputs['dy']] as [Tensor4D, Tensor4D];
    return tf.tidy(() => filterGradient(tf, x, dy, geometry(tf, x.shape, filterShape, attributes)));
  });
  replaceKernel(tf, 'Conv2DBackpropInput', ({ inputs, attrs }) => {
    const { inputShape, ...attributes } = attrs as unknown as ConvolutionAttributes & { inputShape: Shape4 };
    const [dy, filter] = [inputs['dy'], inputs['filter']] as [Tensor4D, Tensor4D];
    return tf.tidy(() => inputGradient(tf, dy, filter, geometry(tf, inputShape, filter.shape, attributes)));
  });
}

type Shape4 = [number, number, number, number];

/** A convolution along one axis: output = floor((input + before + after - size) / stride) + 1. */
interface Axis {
  readonly input: number;
  readonly output: number;
  readonly size: number;
  readonly stride: number;
  /** Zeros in front of the input. */
  readonly before: number;
}

function geometry(tf: typeof tfjs, x: Shape4, filter: Shape4, attributes: ConvolutionAttributes): [Axis, Axis] {
  const { strides, pad, dimRoundingMode } = attributes;
  const info = tf.backend_util.computeConv2DInfo(x, filter, strides, 1, pad, dimRoundingMode);
  return [
    {
      input: info.inHeight,
      output: info.outHeight,
      size: info.filterHeight,
      stride: info.strideHeight,
      before: info.padInfo.top,
    },
    {
      input: info.inWidth,
      output: info.outWidth,
      size: info.filterWidth,
      stride: info.strideWidth,
      before: info.padInfo.left,
    },
  ];
}

/**
 * dL/dw[a, b, c, o] = sum over n, i, j of x[n, i s + a - p, j s + b - p, c] dy[n, i, j, o]: a convolution whose images are
 * the channels of x, whose channels are the images of the batch, and whose filter is dy, spread out by the stride.
 * @param x [N, H, W, C]; dy [N, H', W', O]. @returns [size, size, C, O].
 */
function filterGradient(tf: typeof tfjs, x: Tensor4D, dy: Tensor4D, axes: [Axis, Axis]): Tensor4D {
  const images = channelsToImages(tf, x);
  const filter = tf.transpose(dy, [1, 2, 0, 3]);
  // The zeros behind are chosen so that exactly `size` positions come out; where that is negative, the input was never reached.
  const after = axes.map((axis) => (axis.output - 1) * axis.stride + axis.size - axis.input - axis.before);
  const reached = cropEnds(tf, images, after);
  const pads = axes.map(({ before }, i) => [before, Math.max(after[i] ?? 0, 0)] as [number, number]);
  const padding: tfjs.backend_util.ExplicitPadding = [[0, 0], pads[0]!, pads[1]!, [0, 0]];
  const dilations = axes.map(({ stride }) => stride) as [number, number];
  const gradient = tf.conv2d(reached, filter, 1, padding, 'NHWC', dilations);
  return tf.transpose(gradient, [1, 2, 0, 3]);
}

/**
 * dL/dx[n, r] = sum over a = r + p (mod s) of dy[n, (r + p - a) / s] w[a], per axis: for r = s q + u a convolution of dy with
 * every s-th tap of the filter. The s x s of them are channels of one convolution, and are then dealt out to their pixels.
 * @param dy [N, H', W', O]; filter [size, size, C, O]. @returns [N, H, W, C].
 */
function inputGradient(tf: typeof tfjs, dy: Tensor4D, filter: Tensor4D, axes: [Axis, Axis]): Tensor4D {
  const [rows, columns] = [reach(axes[0]), reach(axes[1])];
  const [channels, outputs] = [filter.shape[2], filter.shape[3]];
  const [down, across] = [axes[0].stride, axes[1].stride];
  const taps = tf.pad4d(filter, [rows.filterPads, columns.filterPads, [0, 0], [0, 0]]);
  const phases = tf.reshape(taps, [rows.taps, down, columns.taps, across, channels, outputs]);
  const turned = tf.transpose(tf.reverse(phases, [0, 2]), [0, 2, 5, 1, 3, 4]);
  const kernel = tf.reshape(turned, [rows.taps, columns.taps, outputs, down * across * channels]) as Tensor4D;
  const dealt = dealOut(tf, tf.conv2d(dy, kernel, 1, [[0, 0], rows.pads, columns.pads, [0, 0]]), down, across);
  const [height, width] = [axes[0].input, axes[1].input];
  if (dealt.shape[1] === height && dealt.shape[2] === width) return dealt;
  return tf.slice4d(dealt, [0, 0, 0, 0], [dy.shape[0], height, width, channels]);
}

/** Which outputs an input feels along one axis: those at q + t for t from `first` on, `taps` of them. */
function reach({ input, output, size, stride, before }: Axis) {
  const first = Math.ceil((before - size + 1) / stride);
  const last = Math.floor((stride - 1 + before) / stride);
  const taps = last - first + 1;
  const positions = Math.ceil(input / stride);
  const lead = stride * last - before;
  return {
    taps,
    pads: [-first, positions - 1 + last - (output - 1)] as [number, number],
    filterPads: [lead, stride * taps - size - lead] as [number, number],
  };
}

/** [N, H, W, down across C] to [N, H down, W across, C]. */
function dealOut(tf: typeof tfjs, x: Tensor4D, down: number, across: number): Tensor4D {
  if (down === 1 && across === 1) return x;
  const [n, h, w, depth] = x.shape;
  const channels = depth / (down * across);
  const parts = tf.reshape(x, [n * h, w, down, across * channels]);
  return tf.reshape(tf.transpose(parts, [0, 2, 1, 3]), [n, h * down, w * across, channels]);
}

/** [N, H, W, C] to [C, H, W, N], in two moves that are each fast here: pixels to the front, then whole rows of images. */
function channelsToImages(tf: typeof tfjs, x: Tensor4D): Tensor4D {
  const [n, h, w, c] = x.shape;
  const imagesLast = tf.transpose(tf.reshape(x, [n, h * w * c]));
  return tf.reshape(tf.transpose(tf.reshape(imagesLast, [h * w, c, n]), [1, 0, 2]), [c, h, w, n]);
}

/** Cuts off rows and columns at the end where `after` is negative. */
function cropEnds(tf: typeof tfjs, x: Tensor4D, after: readonly number[]): Tensor4D {
  const [rows = 0, columns = 0] = after;
  if (rows >= 0 && columns >= 0) return x;
  const [n, h, w, c] = x.shape;
  return tf.slice4d(x, [0, 0, 0, 0], [n, h + Math.min(rows, 0), w + Math.min(columns, 0), c]);
}
