import { boxResize, type Resize } from './box-resize.ts';
import { type BySeverity, type Corruption, side } from './corruption.ts';

function downAndUp(coarse: number): Resize {
  const shrink = boxResize(side, coarse);
  const enlarge = boxResize(coarse, side);
  return (image) => enlarge(shrink(image));
}

const resize: BySeverity<Resize> = {
  1: downAndUp(30),
  2: downAndUp(28),
  3: downAndUp(27),
  4: downAndUp(24),
  5: downAndUp(20),
};

/** Shrinks the image to coarser pixels and enlarges it again. */
export const pixelate: Corruption = (image, severity) => resize[severity](image);
