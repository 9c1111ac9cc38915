/** How a filter continues an axis past its ends: `nearest` aaa|abcd|ddd, `reflect` cba|abcd|dcb (SciPy's names). */
export type Border = 'nearest' | 'reflect';

/** A Gaussian filter of a fixed width, ready to be applied. */
export interface GaussianFilter {
  /** Half the taps: weights[0] is the centre's, weights[i] that of the two neighbours at distance i. */
  readonly weights: Float64Array;
  readonly border: Border;
}

/**
 * The weights of `scipy.ndimage.gaussian_filter`: normalized, cut off `truncate` deviations from the centre. A deviation of 0 leaves images
 * unchanged.
 */
export function gaussianFilter(deviation: number, border: Border = 'nearest', truncate = 4): GaussianFilter {
  const radius = Math.trunc(truncate * deviation + 0.5);
  const factor = -0.5 / (deviation * deviation);
  const weights = Float64Array.from({ length: radius + 1 }, (_, distance) =>
    distance === 0 ? 1 : Math.exp(factor * distance * distance),
  );
  // Added from one end of the filter to the other, like SciPy: the last bit decides where a blurred byte is truncated.
  let total = 0;
  for (let place = -radius; place <= radius; place++) total += weights[Math.abs(place)]!;
  return { weights: weights.map((weight) => weight / total), border };
}

/**
 * Filters each channel of an image along its columns, then along its rows; sums are in double precision, results as precise as the image.
 * @param image values [height, width, channels], row-major. @returns new values of the same shape.
 */
export function blur<Values extends Float32Array | Float64Array>(
  image: Values,
  width: number,
  channels: number,
  filter: GaussianFilter,
): Values {
  const vertical = image.slice() as Values;
  if (filter.weights.length === 1) return vertical;
  const result = image.slice() as Values;
  const rowStep = width * channels;
  const height = image.length / rowStep;
  for (let offset = 0; offset < rowStep; offset++) filterLine(image, vertical, offset, rowStep, height, filter);
  for (let row = 0; row < height; row++) {
    for (let channel = 0; channel < channels; channel++) {
      filterLine(vertical, result, row * rowStep + channel, channels, width, filter);
    }
  }
  return result;
}

/** Filters one line of `length` values, `step` apart from `start`, in SciPy's order of addition: outermost pair first. */
function filterLine(
  source: Float32Array | Float64Array,
  target: Float32Array | Float64Array,
  start: number,
  step: number,
  length: number,
  { weights, border }: GaussianFilter,
): void {
  const radius = weights.length - 1;
  const line = new Float64Array(length + 2 * radius);
  for (let i = 0; i < line.length; i++) line[i] = source[start + step * inside(i - radius, length, border)]!;
  for (let i = 0; i < length; i++) {
    const centre = i + radius;
    let sum = line[centre]! * weights[0]!;
    for (let distance = radius; distance > 0; distance--) {
      sum += (line[centre - distance]! + line[centre + distance]!) * weights[distance]!;
    }
    target[start + step * i] = sum;
  }
}

/** The position inside [0, length) for a position outside. */
function inside(place: number, length: number, border: Border): number {
  if (border === 'nearest') return Math.min(Math.max(place, 0), length - 1);
  const period = 2 * length;
  const wrapped = ((place % period) + period) % period;
  return wrapped < length ? wrapped : period - 1 - wrapped;
}
