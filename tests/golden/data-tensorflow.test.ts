import { existsSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { cacheDirectory, setupLocation } from '../../src/compute/location.ts';
import { loadNative } from '../../src/compute/native.ts';
import {
  rotate,
  shearX,
  shearY,
  translateX,
  translateY,
  warp,
  warpOffsets,
} from '../../src/data/randaugment/affine.ts';
import { adjustContrast, greyOf } from '../../src/data/randaugment/colour.ts';
import { posterizeTable } from '../../src/data/randaugment/tables.ts';
import { bilinearTaps, resizeWindow } from '../../src/data/views/resize.ts';
import { imageA, imageB } from '../support/reference.ts';

const { addon } = setupLocation(cacheDirectory(process.env), 'cpu');
const missing = !existsSync(addon);
const condition = missing ? ' (skipped: TensorFlow is not set up on this machine)' : '';

/** An operation over tensors by their place: the inputs first, then what earlier operations gave. Types by the addon's names. */
interface Op {
  readonly name: string;
  readonly inputs: readonly number[];
  readonly attributes: Readonly<Record<string, string | boolean>>;
}

/** Runs operations one after another; what the last one gives. */
function runOps(inputs: readonly Input[], ops: readonly Op[]) {
  const { binding } = loadNative(addon);
  const constant = (key: string) => binding[key as `TF_${string}`] as number;
  const ids = inputs.map(({ shape, dtype, values }) => binding.createTensor(shape, constant(dtype), values));
  for (const op of ops) {
    const attributes = Object.entries(op.attributes).map(([name, value]) => {
      if (typeof value === 'boolean') return { name, type: constant('TF_ATTR_BOOL'), value };
      if (value.startsWith('TF_')) return { name, type: constant('TF_ATTR_TYPE'), value: constant(value) };
      return { name, type: constant('TF_ATTR_STRING'), value };
    });
    const [output] = binding.executeOp(
      op.name,
      attributes,
      op.inputs.map((place) => ids[place]!),
      1,
    );
    ids.push(output!.id);
  }
  const values = binding.tensorDataSync(ids.at(-1)!);
  for (const id of ids) binding.deleteTensor(id);
  return values;
}

/** Runs one operation over all the inputs. */
function runOp(name: string, inputs: readonly Input[], attributes: Op['attributes']) {
  return runOps(inputs, [{ name, inputs: inputs.map((_, place) => place), attributes }]);
}

/** The first place at which two arrays differ; -1 where they are equal. */
function firstDifference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  for (let i = 0; i < Math.max(a.length, b.length); i++) if (a[i] !== b[i]) return i;
  return -1;
}

interface Input {
  readonly shape: readonly number[];
  readonly dtype: 'TF_UINT8' | 'TF_FLOAT' | 'TF_INT32';
  readonly values: Uint8Array | Float32Array | Int32Array;
}

const floats = (shape: readonly number[], values: Iterable<number>): Input => ({
  shape,
  dtype: 'TF_FLOAT',
  values: Float32Array.from(values),
});
const magnitudes = Array.from({ length: 41 }, (_, step) => step / 4);

describe.skipIf(missing)(`against TensorFlow's own operations${condition}`, () => {
  test.each([36, 40, 64, 72, 96, 160, 224])('resizing to %i pixels', (side) => {
    for (const image of [imageA(32), imageB(32)]) {
      const size = { shape: [2], dtype: 'TF_INT32', values: Int32Array.of(side, side) } as const;
      const expected = runOp('ResizeBilinear', [floats([1, 32, 32, 3], image), size], {
        T: 'TF_FLOAT',
        align_corners: false,
        half_pixel_centers: true,
      });
      const target = new Float32Array(side * side * 3);
      const rows = new Float32Array(32 * side * 3);
      resizeWindow(image, 32, bilinearTaps(32, side), { top: 0, left: 0, side }, rows, target);
      expect(firstDifference(target, expected)).toBe(-1);
    }
  });

  test.each([
    ['rotation', (strength: number, side: number) => rotate(strength * 30, side)],
    ['shear along x', (strength: number) => shearX(strength * 0.3)],
    ['shear along y', (strength: number) => shearY(strength * 0.3)],
    ['translation along x', (strength: number) => translateX(strength * 100)],
    ['translation along y', (strength: number) => translateY(strength * 100)],
  ])('%s at every magnitude', (_, affine) => {
    for (const side of [32, 72]) {
      const image = imageA(side);
      for (const strength of magnitudes.flatMap((magnitude) => [magnitude / 10, -magnitude / 10])) {
        const map = affine(strength, side);
        const row = [map.xx, map.xy, map.x0, map.yx, map.yy, map.y0, 0, 0];
        const inputs: Input[] = [
          floats([1, side, side, 3], image),
          floats([1, 8], row),
          { shape: [2], dtype: 'TF_INT32', values: Int32Array.of(side, side) },
          floats([], [0]),
        ];
        const expected = runOp('ImageProjectiveTransformV3', inputs, {
          dtype: 'TF_FLOAT',
          interpolation: 'NEAREST',
          fill_mode: 'REFLECT',
        });
        const target = new Uint8Array(image.length);
        warp(image, target, warpOffsets(side, map, 'reflect'));
        expect(firstDifference(target, expected)).toBe(-1);
      }
    }
  });

  test('the cosine and sine of every rotation, to one unit in the last place', () => {
    const unit = 2 ** -24;
    for (const degrees of magnitudes.flatMap((magnitude) => [magnitude * 3, -magnitude * 3])) {
      const angle = floats([1], [Math.fround(degrees) * Math.fround(Math.PI / 180)]);
      const { xx, yx } = rotate(degrees, 72);
      expect(Math.abs(xx - runOp('Cos', [angle], { T: 'TF_FLOAT' })[0]!)).toBeLessThanOrEqual(unit);
      expect(Math.abs(yx - runOp('Sin', [angle], { T: 'TF_FLOAT' })[0]!)).toBeLessThanOrEqual(unit);
    }
  });

  test('posterizing to any number of bits', () => {
    const all = Int32Array.from({ length: 256 }, (_, byte) => byte);
    for (let bits = 0; bits <= 4; bits++) {
      const shift: Input = { shape: [], dtype: 'TF_UINT8', values: Uint8Array.of(8 - bits) };
      const bytes: Input = { shape: [256], dtype: 'TF_UINT8', values: Uint8Array.from(all) };
      const posterized = runOps(
        [bytes, shift],
        [
          { name: 'RightShift', inputs: [0, 1], attributes: { T: 'TF_UINT8' } },
          { name: 'LeftShift', inputs: [2, 1], attributes: { T: 'TF_UINT8' } },
          { name: 'Cast', inputs: [3], attributes: { SrcT: 'TF_UINT8', DstT: 'TF_INT32', Truncate: false } },
        ],
      );
      expect([...posterizeTable(bits)]).toEqual([...posterized]);
    }
  });

  test('the grey of pixels', () => {
    const pixels = imageA(160);
    const unit = Math.fround(1 / 255);
    const fractions = Float32Array.from(pixels, (byte) => Math.fround(byte * unit));
    const matrix = [floats([160 * 160, 3], fractions), floats([3, 1], [0.2989, 0.587, 0.114])];
    const luma = runOp('MatMul', matrix, { T: 'TF_FLOAT', transpose_a: false, transpose_b: false });
    const expected = Uint8Array.from(luma, (value) => Math.trunc(Math.fround(value * 255.5)));
    const grey = expected.map((_, i) => greyOf(pixels[3 * i]!, pixels[3 * i + 1]!, pixels[3 * i + 2]!));
    expect(firstDifference(grey, expected)).toBe(-1);
  });

  test('contrast against the mean, to one level', () => {
    for (const factor of [0.1, 0.55, 1, 1.72, 1.9]) {
      const image = imageA(72);
      const unit = Math.fround(1 / 255);
      const scaled = floats(
        [72, 72, 3],
        Float32Array.from(image, (byte) => Math.fround(byte * unit)),
      );
      const adjusted = runOp('AdjustContrastv2', [scaled, floats([], [factor])], { T: 'TF_FLOAT' });
      adjustContrast(image, factor);
      const differences = [...image].map((byte, i) => {
        const expected = Math.trunc(Math.min(Math.max(Math.fround(adjusted[i]! * 255.5), 0), 255));
        return Math.abs(byte - expected);
      });
      expect(Math.max(...differences)).toBeLessThanOrEqual(1);
      expect(differences.filter((difference) => difference > 0).length).toBeLessThan(16);
    }
  });
});
