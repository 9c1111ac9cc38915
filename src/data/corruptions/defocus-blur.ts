import { correlate, type Kernel } from './correlate.ts';
import { type BySeverity, type Corruption, channels, side } from './corruption.ts';
import { fromUnit, toUnit } from './unit-range.ts';

const kernel: BySeverity<Kernel> = {
  1: softDisk(0.3, 0.4),
  2: softDisk(0.4, 0.5),
  3: softDisk(0.5, 0.6),
  4: softDisk(1, 0.2),
  5: softDisk(1.5, 0.1),
};

/** Blurs like a lens that is out of focus: every point becomes a small disk. */
export const defocusBlur: Corruption = (image, severity) =>
  fromUnit(correlate(toUnit(image), side, channels, kernel[severity]));

/** A disk of constant weight, its edge softened by a 3x3 Gaussian; in single precision, as OpenCV makes it. */
function softDisk(radius: number, deviation: number): Kernel {
  const reach = Math.floor(radius);
  const area = square(reach).filter(([x, y]) => x * x + y * y <= radius * radius).length;
  const disk = (x: number, y: number) => (x * x + y * y <= radius * radius ? Math.fround(1 / area) : 0);
  const beside = Math.exp(-0.5 / deviation ** 2);
  const outer = Math.fround(beside / (1 + 2 * beside));
  const middle = Math.fround(1 / (1 + 2 * beside));
  const soften = (before: number, at: number, after: number) => Math.fround(middle * at + outer * (before + after));
  const row = (x: number, y: number) => soften(disk(x - 1, y), disk(x, y), disk(x + 1, y));
  const weights = square(reach + 1).map(([x, y]) => soften(row(x, y - 1), row(x, y), row(x, y + 1)));
  return { width: 2 * reach + 3, weights };
}

/** All [x, y] with both of at most `reach`, row by row. */
function square(reach: number): (readonly [x: number, y: number])[] {
  const offsets = Array.from({ length: 2 * reach + 1 }, (_, i) => i - reach);
  return offsets.flatMap((y) => offsets.map((x) => [x, y] as const));
}
