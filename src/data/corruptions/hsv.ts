import { unitToByte } from './unit-range.ts';

/** A colour as [hue, saturation, value], each 0..1; hue 0 is red and 1/3 green. */
export type Hsv = readonly [hue: number, saturation: number, value: number];

/** A colour as [red, green, blue], each 0..1. */
export type Rgb = readonly [red: number, green: number, blue: number];

/** The hexcone model (Smith 1978), greys having hue and saturation 0. */
export function rgbToHsv([red, green, blue]: Rgb): Hsv {
  const value = Math.max(red, green, blue);
  const range = value - Math.min(red, green, blue);
  if (range === 0) return [0, 0, value];
  const sector = hueSector(red, green, blue, value, range) / 6;
  return [sector < 0 ? sector + 1 : sector, range / value, value];
}

/** Hue in sixths of the circle, -1..5. For equal channels the later one decides, as in scikit-image. */
function hueSector(red: number, green: number, blue: number, value: number, range: number): number {
  if (blue === value) return 4 + (red - green) / range;
  if (green === value) return 2 + (blue - red) / range;
  return (green - blue) / range;
}

/** The inverse of `rgbToHsv`. */
export function hsvToRgb([hue, saturation, value]: Hsv): Rgb {
  const sector = Math.floor(hue * 6);
  const part = hue * 6 - sector;
  const low = value * (1 - saturation);
  const falling = value * (1 - part * saturation);
  const rising = value * (1 - (1 - part) * saturation);
  switch (sector % 6) {
    case 0:
      return [value, rising, low];
    case 1:
      return [falling, value, low];
    case 2:
      return [low, value, rising];
    case 3:
      return [low, falling, value];
    case 4:
      return [rising, low, value];
    default:
      return [value, low, falling];
  }
}

/** Changes every pixel of an image in this colour space. @param image bytes [pixels, 3]. */
export function mapHsv(image: Uint8Array, change: (colour: Hsv) => Hsv): Uint8Array {
  const result = new Uint8Array(image.length);
  for (let at = 0; at < image.length; at += 3) {
    const rgb = hsvToRgb(change(rgbToHsv([image[at]! / 255, image[at + 1]! / 255, image[at + 2]! / 255])));
    result[at] = unitToByte(rgb[0]);
    result[at + 1] = unitToByte(rgb[1]);
    result[at + 2] = unitToByte(rgb[2]);
  }
  return result;
}
