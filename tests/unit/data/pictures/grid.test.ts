import { decode } from 'fast-png';
import { expect, test } from 'vitest';
import { cellAt, encodePng, grid } from '../../../../src/data/pictures/grid.ts';

const red = Uint8Array.of(...[255, 0, 0], ...[255, 0, 0], ...[255, 0, 0], ...[1, 2, 3]);
const blue = new Uint8Array(12).map((_, at) => (at % 3 === 2 ? 255 : 0));

const form = { side: 2, columns: 2, scale: 3 };

test('cells lie side by side, row after row, enlarged, on white', () => {
  const { width, height, rgb } = grid([red, blue, red], form);
  expect([width, height]).toEqual([2 + 2 * (6 + 2), 2 + 2 * (6 + 2)]);
  const pixel = (x: number, y: number) => [...rgb.subarray((y * width + x) * 3, (y * width + x) * 3 + 3)];
  expect(pixel(0, 0)).toEqual([255, 255, 255]);
  expect(pixel(2, 2)).toEqual([255, 0, 0]);
  expect(pixel(7, 7)).toEqual([1, 2, 3]);
  expect(pixel(4, 7)).toEqual([255, 0, 0]);
  expect(pixel(8, 2)).toEqual([255, 255, 255]);
  expect(pixel(10, 2)).toEqual([0, 0, 255]);
  expect(pixel(2, 10)).toEqual([255, 0, 0]);
  expect(pixel(10, 10)).toEqual([255, 255, 255]);
});

test('a cell is as it was before it was put into its grid', () => {
  const cells = [red, blue, red];
  const picture = grid(cells, form);
  cells.forEach((cell, at) => {
    expect(cellAt(picture, at, form)).toEqual(cell);
  });
});

test('a PNG has the pixels of its picture', async () => {
  const picture = grid([red, blue], { side: 2, columns: 3, scale: 1 });
  const { width, height, data, channels } = decode(await encodePng(picture));
  expect({ width, height, channels }).toEqual({ width: picture.width, height: picture.height, channels: 3 });
  expect(Uint8Array.from(data)).toEqual(picture.rgb);
});
