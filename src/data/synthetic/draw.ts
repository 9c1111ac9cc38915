import { Stream } from '../random/stream.ts';

const side = 32;
const samples = 2;

/** A colour, each part in [0, 255]. */
type Colour = readonly [number, number, number];

/** Whether a point belongs to a class's figure. @param x and y in figure coordinates: the figure fills about [-1, 1]. */
type Figure = (x: number, y: number) => boolean;

/** Ten figures a small network can learn to tell apart, whatever their colour, place, size and tilt. */
const figures: readonly Figure[] = [
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

/** Classes there are figures for. */
export const syntheticClasses = figures.length;

/**
 * Draws a synthetic image: the figure of a class, tilted and scaled, in one colour upon a shaded ground of another, with grain.
 * A pure function of its arguments.
 * @param label 0..9. @param split keeps train and test apart. @returns bytes [32, 32, 3].
 */
export function drawImage(seed: number, split: 'train' | 'test', index: number, label: number): Uint8Array {
  const stream = new Stream(seed, `synthetic ${split}`, index);
  const between = (low: number, high: number) => low + (high - low) * stream.uniform();
  const colour = (): Colour => [between(20, 235), between(20, 235), between(20, 235)];
  const ground = colour();
  const paint = contrasting(colour(), ground);
  const [slopeX, slopeY] = [between(-2, 2), between(-2, 2)];
  const angle = between(-0.5, 0.5);
  const scale = between(6, 13);
  const [centreX, centreY] = [between(11, 21), between(11, 21)];
  const grain = between(4, 22);
  const [cos, sin] = [Math.cos(angle) / scale, Math.sin(angle) / scale];
  const figure = figures[label] as Figure;

  const image = new Uint8Array(side * side * 3);
  for (let y = 0; y < side; y += 1) {
    for (let x = 0; x < side; x += 1) {
      let covered = 0;
      for (let sample = 0; sample < samples * samples; sample += 1) {
        const dx = x + ((sample % samples) + 0.5) / samples - centreX;
        const dy = y + (Math.floor(sample / samples) + 0.5) / samples - centreY;
        if (figure(dx * cos + dy * sin, dy * cos - dx * sin)) covered += 1;
      }
      const share = covered / (samples * samples);
      const shade = slopeX * (x - side / 2) + slopeY * (y - side / 2);
      for (let part = 0; part < 3; part += 1) {
        const value = share * (paint[part] as number) + (1 - share) * ((ground[part] as number) + shade);
        image[(y * side + x) * 3 + part] = Math.max(0, Math.min(255, Math.round(value + grain * stream.normal())));
      }
    }
  }
  return image;
}

/** The colour, moved away from the other where the two are too close to see. */
function contrasting(colour: Colour, other: Colour): Colour {
  const distance = Math.hypot(...colour.map((value, part) => value - (other[part] as number)));
  if (distance >= 70) return colour;
  return colour.map((value, part) =>
    (other[part] as number) > 127 ? value / 3 : 255 - (255 - value) / 3,
  ) as unknown as Colour;
}
