import { type Affine, identity } from '../affine.ts';
import { autoContrast, equalize } from '../randaugment/histogram.ts';
import { applyTable, posterizeTable, solarizeTable } from '../randaugment/tables.ts';
import { rotation, transform } from './affine.ts';

/** The random choices inside an operation. */
export interface AugMixDraws {
  /** A uniform number in [0, 1). */
  uniform(): number;
  /** True is the negative sign. */
  coin(): boolean;
}

/** Changes an image, [side, side, 3] bytes, in place, with a strength that it draws. */
export type AugMixOperation = (image: Uint8Array, draws: AugMixDraws) => void;

/** Levels are drawn between this and the severity, out of 10. */
const leastLevel = 0.1;
const mostLevel = 10;

/**
 * The nine operations of AugMix, in its order, as its published code does them with Pillow: none of them is among the corruptions of
 * CIFAR-10-C. They share scratch memory: one image at a time.
 */
export function augMixOperations(severity: number, side: number): readonly AugMixOperation[] {
  const scratch = new Uint8Array(side * side * 3);
  /** An argument that is `most` at the highest level. */
  const argument = (draws: AugMixDraws, most: number) =>
    ((leastLevel + (severity - leastLevel) * draws.uniform()) * most) / mostLevel;
  const signed = (value: number, draws: AugMixDraws) => (draws.coin() ? -value : value);
  const moved =
    (map: (level: number) => Affine, level: (draws: AugMixDraws) => number): AugMixOperation =>
    (image, draws) => {
      scratch.set(image);
      transform(scratch, image, side, map(signed(level(draws), draws)));
    };
  const whole = (most: number) => (draws: AugMixDraws) => Math.trunc(argument(draws, most));
  const shear = (draws: AugMixDraws) => argument(draws, 0.3);
  return [
    (image) => autoContrast(image, exact),
    equalize,
    (image, draws) => applyTable(image, posterizeTable(4 - whole(4)(draws))),
    moved((degrees) => rotation(degrees, side), whole(30)),
    (image, draws) => applyTable(image, solarizeTable(256 - whole(256)(draws))),
    moved((level) => ({ ...identity, xy: level }), shear),
    moved((level) => ({ ...identity, yx: level }), shear),
    moved((pixels) => ({ ...identity, x0: pixels }), whole(side / 3)),
    moved((pixels) => ({ ...identity, y0: pixels }), whole(side / 3)),
  ];
}

/** Pillow computes in double precision. */
function exact(value: number): number {
  return value;
}
