/** Fractional bits of the weights in Pillow's resampling of bytes. */
const precision = 22;

/** For each target position: the first source position that it covers, and fixed-point weights for it and those after it. */
type BoxTaps = readonly { readonly first: number; readonly weights: readonly number[] }[];

/** Which source pixels a target pixel averages: those whose centre is in its box; for enlargement, the nearest one. */
function boxTaps(source: number, target: number): BoxTaps {
  const scale = source / target;
  const reach = Math.max(scale, 1) / 2;
  return Array.from({ length: target }, (_, place) => {
    const centre = (place + 0.5) * scale;
    const first = Math.max(Math.trunc(centre - reach + 0.5), 0);
    const end = Math.min(Math.trunc(centre + reach + 0.5), source);
    const covered = Array.from({ length: end - first }, (_, i) => {
      const distance = (first + i - centre + 0.5) / (2 * reach);
      return distance > -0.5 && distance <= 0.5 ? 1 : 0;
    });
    const total = covered.reduce<number>((sum, weight) => sum + weight, 0);
    return { first, weights: covered.map((weight) => Math.trunc(0.5 + (weight / total) * 2 ** precision)) };
  });
}

/** Resizes square RGB images from one side length to another. */
export type Resize = (image: Uint8Array) => Uint8Array;

/**
 * Prepares Pillow's `resize` with its BOX filter: rows, then columns, rounded to bytes after each.
 * @returns a function from bytes [source, source, 3] to bytes [target, target, 3].
 */
export function boxResize(source: number, target: number): Resize {
  const taps = boxTaps(source, target);
  return (image) => {
    const narrow = new Uint8Array(source * target * 3);
    resample(image, narrow, taps, source, { line: source * 3, step: 3 }, { line: target * 3, step: 3 });
    const result = new Uint8Array(target * target * 3);
    resample(narrow, result, taps, target, { line: 3, step: target * 3 }, { line: 3, step: target * 3 });
    return result;
  };
}

/** Distances in memory between lines, and between pixels of a line. */
interface Strides {
  readonly line: number;
  readonly step: number;
}

function resample(
  source: Uint8Array,
  target: Uint8Array,
  taps: BoxTaps,
  lines: number,
  from: Strides,
  to: Strides,
): void {
  for (let line = 0; line < lines; line++) {
    taps.forEach(({ first, weights }, place) => {
      for (let channel = 0; channel < 3; channel++) {
        const start = line * from.line + first * from.step + channel;
        let sum = 2 ** (precision - 1);
        for (let i = 0; i < weights.length; i++) sum += source[start + i * from.step]! * weights[i]!;
        target[line * to.line + place * to.step + channel] = sum >> precision;
      }
    });
  }
}
