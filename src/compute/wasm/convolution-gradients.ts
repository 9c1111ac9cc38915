import type * as tfjs from '@tensorflow/tfjs-core';
import type { Tensor4D } from '@tensorflow/tfjs-core';
import { replaceKernel } from './replace-kernel.ts';

interface ConvolutionAttributes {
  readonly strides: number | [number, number];
  readonly pad: 'valid' | 'same' | number | tfjs.backend_util.ExplicitPadding;
  readonly dimRoundingMode?: 'floor' | 'round' | 'ceil';
}

/**
 * Registers both gradients of a convolution as forward convolutions, which this backend does at 20 to 25 GFLOP/s per core: it has no kernel
 * for the gradient with respect to the filter, and one of 1 GFLOP/s for the input.
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
  // The zeros behind are chosen so that exactly `size` positions result; if that is negative, no output depends on the input there.
  const after = axes.map((axis) => (axis.output - 1) * axis.stride + axis.size - axis.input - axis.before);
  const reached = cropEnds(tf, images, after);
  const pads = axes.map(({ before }, i) => [before, Math.max(after[i] ?? 0, 0)] as [number, number]);
  const padding: tfjs.backend_util.ExplicitPadding = [[0, 0], pads[0]!, pads[1]!, [0, 0]];
  const dilations = axes.map(({ stride }) => stride) as [number, number];
  const gradient = tf.conv2d(reached, filter, 1, padding, 'NHWC', dilations);
  return tf.transpose(gradient, [1, 2, 0, 3]);
}

/**
 * dL/dx[n, r] = sum over a = r + p (mod s) of dy[n, (r + p - a) / s] w[a], per axis: for r = s q + u, a convolution of dy with every s-th
 * tap of the filter. The s x s of them are channels of one convolution, and are then distributed to their pixels.
 * @param dy [N, H', W', O]; filter [size, size, C, O]. @returns [N, H, W, C].
 */
function inputGradient(tf: typeof tfjs, dy: Tensor4D, filter: Tensor4D, axes: [Axis, Axis]): Tensor4D {
  const [rows, columns] = [reach(axes[0]), reach(axes[1])];
  const [down, across] = [axes[0].stride, axes[1].stride];
  const kernel = turned(tf, filter, axes, [rows, columns]);
  const dealt = dealOut(tf, tf.conv2d(dy, kernel, 1, [[0, 0], rows.pads, columns.pads, [0, 0]]), down, across);
  const [height, width] = [axes[0].input, axes[1].input];
  if (dealt.shape[1] === height && dealt.shape[2] === width) return dealt;
  return tf.slice4d(dealt, [0, 0, 0, 0], [dy.shape[0], height, width, filter.shape[2]]);
}

/**
 * The filter whose tap t produces, in channels of its output, the s taps a = s (taps - 1 - t) + u - lead for u = 0..s-1, per axis; zeros if
 * there is no such tap. Filters are small: a loop here is faster than the backend's reversal and transposition.
 * @param filter [size, size, C, O]. @returns [taps, taps, O, s s C].
 */
function turned(tf: typeof tfjs, filter: Tensor4D, axes: [Axis, Axis], reaches: [Reach, Reach]): Tensor4D {
  const [height, width, channels, outputs] = filter.shape;
  const values = filter.dataSync<'float32'>();
  const [down, across] = [axes[0].stride, axes[1].stride];
  const depth = down * across * channels;
  const shape: Shape4 = [reaches[0].taps, reaches[1].taps, outputs, depth];
  const kernel = new Float32Array(shape[0] * shape[1] * outputs * depth);
  for (let a = 0; a < height; a++) {
    const [row, u] = tapOf(a, axes[0], reaches[0]);
    for (let b = 0; b < width; b++) {
      const [column, v] = tapOf(b, axes[1], reaches[1]);
      const from = (a * width + b) * channels * outputs;
      const to = (row * shape[1] + column) * outputs * depth + (u * across + v) * channels;
      for (let c = 0; c < channels; c++)
        for (let o = 0; o < outputs; o++) kernel[to + o * depth + c] = values[from + c * outputs + o]!;
    }
  }
  return tf.tensor4d(kernel, shape);
}

/** The position of a filter tap along one axis: in which tap of the turned filter, and as which pixel of a stride. */
function tapOf(index: number, { stride }: Axis, { taps, lead }: Reach): [tap: number, pixel: number] {
  const place = index + lead;
  return [taps - 1 - Math.floor(place / stride), place % stride];
}

interface Reach {
  /** Number of outputs that depend on an input. */
  readonly taps: number;
  /** Zeros before and behind the outputs. */
  readonly pads: [number, number];
  /** Zeros before the filter's taps, so that they begin with a stride. */
  readonly lead: number;
}

/** Which outputs depend on an input along one axis: those at q + t for t from `first` on, `taps` of them. */
function reach({ input, output, size, stride, before }: Axis): Reach {
  const first = Math.ceil((before - size + 1) / stride);
  const last = Math.floor((stride - 1 + before) / stride);
  const taps = last - first + 1;
  const positions = Math.ceil(input / stride);
  return { taps, pads: [-first, positions - 1 + last - (output - 1)], lead: stride * last - before };
}

/** [N, H, W, down across C] to [N, H down, W across, C]. */
function dealOut(tf: typeof tfjs, x: Tensor4D, down: number, across: number): Tensor4D {
  if (down === 1 && across === 1) return x;
  const [n, h, w, depth] = x.shape;
  const channels = depth / (down * across);
  const parts = tf.reshape(x, [n * h, w, down, across * channels]);
  return tf.reshape(tf.transpose(parts, [0, 2, 1, 3]), [n, h * down, w * across, channels]);
}

/** [N, H, W, C] to [C, H, W, N], in two moves that are both fast here: pixels to the front, then whole rows of images. */
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
