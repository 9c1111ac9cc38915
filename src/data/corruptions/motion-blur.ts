import { type BySeverity, type Corruption, channels, side } from './corruption.ts';

/** A motion blur in ImageMagick's terms. */
export interface Motion {
  /** Half the length of the trail, in pixels. */
  readonly radius: number;
  /** How weights decrease along the trail: a Gaussian's deviation, in pixels. */
  readonly deviation: number;
}

const motion: BySeverity<Motion> = {
  1: { radius: 6, deviation: 1 },
  2: { radius: 6, deviation: 1.5 },
  3: { radius: 6, deviation: 2 },
  // The same as severity 3: the two additional pixels at each end weigh less than e^-21.
  4: { radius: 8, deviation: 2 },
  5: { radius: 9, deviation: 2.5 },
};

/** Smears the image along a random direction within 45 degrees of the horizontal. */
export const motionBlur: Corruption = (image, severity, random) =>
  smear(image, channels, motion[severity], random.uniform(-45, 45));

/** ImageMagick computes with 16 bits per value. */
const sixteenBits = 257;

/**
 * ImageMagick's MotionBlurImage: a one-sided Gaussian trail, with each of its positions rounded to a pixel.
 * @param image bytes [32, 32, channels]. @param angle in degrees, from the x axis toward y (downward). @returns new bytes.
 */
export function smear(image: Uint8Array, channels: number, { radius, deviation }: Motion, angle: number): Uint8Array {
  const weights = Array.from({ length: 2 * Math.ceil(radius) + 1 }, (_, i) =>
    Math.exp(-(i * i) / (2 * deviation ** 2)),
  );
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const radians = (angle * Math.PI) / 180;
  const sums = new Float64Array(image.length);
  weights.forEach((weight, i) => {
    const dx = Math.ceil(i * Math.cos(radians) - 0.5);
    const dy = Math.ceil(i * Math.sin(radians) - 0.5);
    addShifted(sums, image, channels, dx, dy, (weight / total) * sixteenBits);
  });
  // Rounded to 16 bits, then cut to 8: this loses half a level on average.
  return Uint8Array.from(sums, (sum) => Math.floor(Math.floor(sum + 0.5) / sixteenBits));
}

/** Adds `weight` times the image shifted by (dx, dy), with its border pixels repeated outside. */
function addShifted(
  sums: Float64Array,
  image: Uint8Array,
  channels: number,
  dx: number,
  dy: number,
  weight: number,
): void {
  for (let y = 0; y < side; y++) {
    const row = clamp(y + dy) * side;
    for (let x = 0; x < side; x++) {
      const source = (row + clamp(x + dx)) * channels;
      const target = (y * side + x) * channels;
      for (let c = 0; c < channels; c++) sums[target + c]! += weight * image[source + c]!;
    }
  }
}

function clamp(place: number): number {
  return Math.min(Math.max(place, 0), side - 1);
}
