import type { Affine } from '../affine.ts';
import { affineWarp, inverse } from './affine-warp.ts';
import { type BySeverity, type Corruption, channels, side } from './corruption.ts';
import { blur, type GaussianFilter, gaussianFilter } from './gaussian-filter.ts';
import type { RandomSource } from './random-source.ts';

interface Elastic {
  /** Amplitude of the displacements, in pixels, before the filter smooths them. */
  readonly strength: number;
  readonly filter: GaussianFilter;
  /** How far each coordinate of the three points of the affine map may move, in pixels. */
  readonly jitter: number;
}

const elastic: BySeverity<Elastic> = {
  1: { strength: 0, filter: displacementFilter(0), jitter: 2.56 },
  2: { strength: 1.6, filter: displacementFilter(6.4), jitter: 2.24 },
  3: { strength: 2.56, filter: displacementFilter(1.92), jitter: 1.92 },
  4: { strength: 3.2, filter: displacementFilter(1.28), jitter: 1.6 },
  5: { strength: 3.2, filter: displacementFilter(0.96), jitter: 0.96 },
};

function displacementFilter(deviation: number): GaussianFilter {
  return gaussianFilter(deviation, 'reflect', 3);
}

/** Moves three points of the image at random, then every pixel by a smooth random field (after Simard et al. 2003); in single precision. */
export const elasticTransform: Corruption = (image, severity, random) => {
  const { strength, filter, jitter } = elastic[severity];
  const values = Float32Array.from(image, (byte) => byte / 255);
  const moved = affineWarp(values, inverse(jitteredMap(jitter, random)));
  const dx = displacements(strength, filter, random);
  const dy = displacements(strength, filter, random);
  return displaced(moved, dx, dy);
};

/** The affine map of the points (26, 26), (26, 6), (6, 6) to places near them. */
function jitteredMap(jitter: number, random: RandomSource): Affine {
  const [near, far] = [6, 26];
  const stray = (place: number) => Math.fround(place + Math.fround(random.uniform(-jitter, jitter)));
  const lowerRight = { x: stray(far), y: stray(far) };
  const upperRight = { x: stray(far), y: stray(near) };
  const upperLeft = { x: stray(near), y: stray(near) };
  const distance = far - near;
  const xx = (upperRight.x - upperLeft.x) / distance;
  const xy = (lowerRight.x - upperRight.x) / distance;
  const yx = (upperRight.y - upperLeft.y) / distance;
  const yy = (lowerRight.y - upperRight.y) / distance;
  return { xx, xy, x0: upperLeft.x - near * (xx + xy), yx, yy, y0: upperLeft.y - near * (yx + yy) };
}

/** A smooth field of displacements along one axis, pixels [32, 32]. */
function displacements(strength: number, filter: GaussianFilter, random: RandomSource): Float32Array {
  const field = Float64Array.from({ length: side * side }, () => random.uniform(-1, 1));
  return Float32Array.from(blur(field, side, 1, filter), (value) => value * strength);
}

/** Samples each pixel from where its displacements point, bilinearly; outside, the image is reflected (cba|abcd|dcb). */
function displaced(image: Float32Array, dx: Float32Array, dy: Float32Array): Uint8Array {
  const result = new Uint8Array(image.length);
  for (let y = 0, pixel = 0; y < side; y++) {
    for (let x = 0; x < side; x++, pixel++) {
      const sourceY = y + dy[pixel]!;
      const sourceX = x + dx[pixel]!;
      const top = Math.floor(sourceY);
      const left = Math.floor(sourceX);
      const down = sourceY - top;
      const across = sourceX - left;
      const upper = reflected(top) * side;
      const lower = reflected(top + 1) * side;
      const near = reflected(left);
      const far = reflected(left + 1);
      for (let c = 0; c < channels; c++) {
        const value = Math.fround(
          image[(upper + near) * channels + c]! * (1 - down) * (1 - across) +
            image[(upper + far) * channels + c]! * (1 - down) * across +
            image[(lower + near) * channels + c]! * down * (1 - across) +
            image[(lower + far) * channels + c]! * down * across,
        );
        result[pixel * channels + c] = Math.fround(Math.min(Math.max(value, 0), 1) * 255);
      }
    }
  }
  return result;
}

function reflected(place: number): number {
  if (place < 0) return -place - 1;
  return place < side ? place : 2 * side - 1 - place;
}
