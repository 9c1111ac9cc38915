import { Stream } from '../random/stream.ts';

const side = 32;
/** Points sampled per pixel, so that edges are smooth. */
const samples = [0.25, 0.75].flatMap((y) => [0.25, 0.75].map((x) => [x, y] as const));

/** A colour, each part in [0, 255]. */
type Colour = readonly [number, number, number];

/** Whether a point belongs to the figure of a class. @param x and y in figure coordinates: the figure fills about [-1, 1]. */
type Silhouette = (x: number, y: number) => boolean;

/** Ten figures that a small network can learn to distinguish, in any colour, position, size and rotation. */
const figures: readonly Silhouette[] = [
  (x, y) => x * x + y * y < 0.9, // disc
  (x, y) => Math.abs(x) < 0.8 && Math.abs(y) < 0.8, // square
  (x, y) => y > -0.8 && y < 0.9 && Math.abs(x) < (0.9 - y) * 0.6, // triangle
  (x, y) => (Math.abs(x) < 0.28 && Math.abs(y) < 0.95) || (Math.abs(y) < 0.28 && Math.abs(x) < 0.95), // plus
  (x, y) => x * x + y * y < 0.9 && x * x + y * y > 0.35, // ring
  (x, y) => Math.abs(y) < 0.95 && Math.abs(x) < 0.95 && Math.floor((y + 1) * 2.5) % 2 === 0, // bars across
  (x, y) => Math.abs(x) < 0.95 && Math.abs(y) < 0.95 && (Math.floor((x + 1) * 2) + Math.floor((y + 1) * 2)) % 2 === 0, // checks
  (x, y) => x * x + y * y < 0.95 && (x - 0.45) ** 2 + y * y > 0.6, // crescent
  (x, y) => (x + 0.5) ** 2 + y * y < 0.22 || (x - 0.5) ** 2 + y * y < 0.22, // two dots
  (x, y) => Math.abs(Math.abs(x) + y - 0.1) < 0.3 && Math.abs(x) < 0.95, // roof
];

/** The number of classes with figures. */
export const syntheticClasses = figures.length;

/**
 * Draws a synthetic image: the figure of a class, rotated and scaled, on a shaded background, with grain. As in photographs, colour hints
 * at the class: each has a hue about which the hues of its figures vary, overlapping with its neighbours. A pure function of its arguments.
 * @param label 0..9. @param split makes train and test different. @returns bytes [32, 32, 3].
 */
export function drawImage(seed: number, split: 'train' | 'test', index: number, label: number): Uint8Array {
  const stream = new Stream(seed, `synthetic ${split}`, index);
  const between = (low: number, high: number) => low + (high - low) * stream.uniform();
  const paint = hsv(label / figures.length + between(-0.22, 0.22), between(0.35, 1), between(0.55, 1));
  const ground = hsv(between(0, 1), between(0, 0.8), between(0.05, 0.6));
  const [slopeX, slopeY] = [between(-2, 2), between(-2, 2)];
  const angle = between(-0.5, 0.5);
  const scale = between(7, 13);
  const [centreX, centreY] = [between(12, 20), between(12, 20)];
  const deviation = between(2, 10);
  const [cos, sin] = [Math.cos(angle) / scale, Math.sin(angle) / scale];
  const figure = figures[label]!;

  const image = new Uint8Array(side * side * 3);
  for (let y = 0, at = 0; y < side; y++) {
    for (let x = 0; x < side; x++, at += 3) {
      let covered = 0;
      for (const [offsetX, offsetY] of samples) {
        const dx = x + offsetX - centreX;
        const dy = y + offsetY - centreY;
        if (figure(dx * cos + dy * sin, dy * cos - dx * sin)) covered++;
      }
      const share = covered / samples.length;
      const shade = slopeX * (x - side / 2) + slopeY * (y - side / 2);
      for (let part = 0; part < 3; part++) {
        const value = share * paint[part]! + (1 - share) * (ground[part]! + shade);
        image[at + part] = Math.max(0, Math.min(255, Math.round(value + deviation * grain(stream))));
      }
    }
  }
  return image;
}

/** Noise of mean 0 and variance 1: the sum of four random bytes, nearly normal (Irwin-Hall) and fast. */
function grain(stream: Stream): number {
  const word = stream.uint32();
  const sum = (word & 255) + ((word >>> 8) & 255) + ((word >>> 16) & 255) + (word >>> 24);
  return (sum - 510) / Math.sqrt((256 ** 2 - 1) / 3);
}

/** The colour of a hue (in turns, any number), a saturation and a value in [0, 1]. */
function hsv(hue: number, saturation: number, value: number): Colour {
  const part = (offset: number) => {
    const place = (((offset + 6 * hue) % 6) + 6) % 6;
    return 255 * value * (1 - saturation * Math.max(0, Math.min(1, place, 4 - place)));
  };
  return [part(5), part(3), part(1)];
}
