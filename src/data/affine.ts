/** Maps a place (x, y) to (xx x + xy y + x0, yx x + yy y + y0). Which image the places are in, and in which precision, its users say. */
export interface Affine {
  readonly xx: number;
  readonly xy: number;
  readonly x0: number;
  readonly yx: number;
  readonly yy: number;
  readonly y0: number;
}

/** The map that changes nothing. */
export const identity: Affine = { xx: 1, xy: 0, x0: 0, yx: 0, yy: 1, y0: 0 };
