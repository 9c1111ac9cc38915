import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { bilinearTaps, resizeWindow } from '../../../../src/data/views/resize.ts';
import { type ViewKind, type ViewSpec, viewDtype } from '../../../../src/data/views/view-spec.ts';
import { prepareViews } from '../../../../src/data/views/views.ts';
import { imageA, imageB } from '../../../support/reference.ts';

const randAugment = {
  layers: 2,
  magnitude: 9,
  translate: 100,
  cutout: 40,
  fill: 'reflect',
  contrast: 'legacy',
} as const;
const large: ViewSpec = { imageSize: 32, padding: 0, resize: 96, crop: 72, geometry: 'shared', randAugment };
const small: ViewSpec = { imageSize: 32, padding: 4, resize: 40, crop: 32, geometry: 'shared', randAugment };

function view(spec: ViewSpec, epoch: number, index: number, kind: ViewKind, image = imageA(32), seed = 7): number[] {
  const target = new Float32Array(spec.crop * spec.crop * 3);
  prepareViews(seed, spec).write(image, epoch, index, kind, target);
  return [...target];
}

/** Every way to flip, pad, resize and crop an image, computed the plain way. */
function everyCrop(image: Uint8Array, spec: ViewSpec): Set<string> {
  const { imageSize, padding, resize, crop, paddingMode } = spec;
  const padded = imageSize + 2 * padding;
  const mirror = (place: number) => (place < 0 ? -place : place >= imageSize ? 2 * imageSize - 2 - place : place);
  const all = new Set<string>();
  for (const flipped of [false, true]) {
    const canvas = new Uint8Array(padded * padded * 3);
    for (let y = 0; y < padded; y++) {
      for (let x = 0; x < padded; x++) {
        let row = y - padding;
        let column = flipped ? imageSize - 1 - (x - padding) : x - padding;
        if (paddingMode === 'reflect') {
          row = mirror(row);
          column = mirror(column);
        }
        if (row < 0 || row >= imageSize || column < 0 || column >= imageSize) continue;
        const from = (row * imageSize + column) * 3;
        canvas.set(image.subarray(from, from + 3), (y * padded + x) * 3);
      }
    }
    const whole = new Float32Array(resize * resize * 3);
    const scratch = new Float32Array(padded * resize * 3);
    resizeWindow(canvas, padded, bilinearTaps(padded, resize), { top: 0, left: 0, side: resize }, scratch, whole);
    for (let top = 0; top <= resize - crop; top++) {
      for (let left = 0; left <= resize - crop; left++) {
        const cut = Array.from({ length: crop }, (_, y) => {
          const start = ((top + y) * resize + left) * 3;
          return [...whole.subarray(start, start + crop * 3)];
        });
        all.add(cut.flat().join());
      }
    }
  }
  return all;
}

describe('a view', () => {
  test('is a pure function of seed, epoch, index and kind, in any order', () => {
    const calls = fc.record({
      epoch: fc.nat(3),
      index: fc.nat(5),
      kind: fc.constantFrom<ViewKind>('clean', 'noisy', 'whole'),
    });
    for (const spec of [large, small]) {
      const views = prepareViews(7, spec);
      fc.assert(
        fc.property(calls, ({ epoch, index, kind }) => {
          const target = new Float32Array(spec.crop * spec.crop * 3);
          views.write(imageA(32), epoch, index, kind, target);
          expect([...target]).toEqual(view(spec, epoch, index, kind));
        }),
        { numRuns: 25 },
      );
    }
  });

  test('differs by seed, epoch and index', () => {
    const one = view(large, 1, 1, 'clean');
    expect(view(large, 2, 1, 'clean')).not.toEqual(one);
    expect(view(large, 1, 2, 'clean')).not.toEqual(one);
    expect(view(large, 1, 1, 'clean', imageA(32), 8)).not.toEqual(one);
  });

  test.each<[string, ViewSpec]>([
    ['resized', { imageSize: 8, padding: 0, resize: 12, crop: 9, geometry: 'shared' }],
    ['padded with zeros', { imageSize: 8, padding: 2, resize: 12, crop: 8, geometry: 'shared' }],
    [
      'padded by reflection',
      { imageSize: 8, padding: 2, paddingMode: 'reflect', resize: 12, crop: 8, geometry: 'shared' },
    ],
    ['padded and resized', { imageSize: 8, padding: 1, resize: 13, crop: 11, geometry: 'shared' }],
  ])('is a crop of the flipped image, %s, and every crop comes', (_, spec) => {
    const possible = everyCrop(imageA(8), spec);
    const seen = new Set<string>();
    for (let index = 0; index < 60 * possible.size; index++) {
      const values = view(spec, 0, index, 'clean', imageA(8)).join();
      if (!possible.has(values)) expect.unreachable(`view ${index} is no crop`);
      seen.add(values);
      if (seen.size === possible.size) break;
    }
    expect(seen.size).toBe(possible.size);
  });

  test('keeps its bytes: a change here makes every cached logit stale', () => {
    const sum = (spec: ViewSpec, kind: ViewKind) =>
      [0, 1, 2, 3].map((index) => Math.round(view(spec, 2, index, kind, imageB(32)).reduce((a, b) => a + b)));
    expect({
      clean: sum(large, 'clean'),
      noisy: sum(large, 'noisy'),
      smallClean: sum(small, 'clean'),
      smallNoisy: sum(small, 'noisy'),
    }).toMatchInlineSnapshot(`
      {
        "clean": [
          1618008,
          1595622,
          1599835,
          1621584,
        ],
        "noisy": [
          2098656,
          1590011,
          1584056,
          1616253,
        ],
        "smallClean": [
          272805,
          254622,
          301302,
          271164,
        ],
        "smallNoisy": [
          454208,
          257627,
          311380,
          271164,
        ],
      }
    `);
  });

  test('that is noisy takes the crop of the clean one where geometry is shared, its own where not', () => {
    const unchanged = { ...randAugment, layers: 0 };
    const indices = Array.from({ length: 50 }, (_, index) => index);
    const agree = (geometry: ViewSpec['geometry']) =>
      indices.filter((index) => {
        const spec: ViewSpec = { ...large, geometry, randAugment: unchanged };
        const clean = view(spec, 3, index, 'clean').map(Math.trunc);
        return clean.join() === view(spec, 3, index, 'noisy').join();
      }).length;
    expect(agree('shared')).toBe(50);
    expect(agree('independent')).toBeLessThan(5);
    const [shared, independent] = (['shared', 'independent'] as const).map((geometry) =>
      view({ ...large, geometry }, 3, 1, 'clean'),
    );
    expect(shared).toEqual(independent);
  });

  test('that is noisy consists of bytes, also without a resize', () => {
    for (const spec of [large, small]) {
      const values = view(spec, 0, 3, 'noisy');
      expect(values.every((value) => Number.isInteger(value) && value >= 0 && value <= 255)).toBe(true);
      expect(viewDtype(spec, 'noisy')).toBe('uint8');
    }
    expect([viewDtype(small, 'clean'), viewDtype(small, 'whole')]).toEqual(['uint8', 'uint8']);
    expect([viewDtype(large, 'clean'), viewDtype(large, 'whole')]).toEqual(['float32', 'float32']);
  });

  test('for evaluation is the whole image, neither flipped nor cropped', () => {
    const whole = new Float32Array(72 * 72 * 3);
    const window = { top: 0, left: 0, side: 72 };
    resizeWindow(imageA(32), 32, bilinearTaps(32, 72), window, new Float32Array(32 * 72 * 3), whole);
    expect(view(large, 5, 9, 'whole')).toEqual([...whole]);
    expect(view(small, 5, 9, 'whole')).toEqual([...imageA(32)]);
  });

  test('that cannot be made is refused', () => {
    expect(() => prepareViews(1, { ...large, crop: 97 })).toThrow('a crop of 97 pixels does not fit into 96');
    expect(() => prepareViews(1, { ...large, padding: 32, paddingMode: 'reflect' })).toThrow(RangeError);
    expect(() => prepareViews(1, { ...large, randAugment: { ...randAugment, magnitude: 11 } })).toThrow(
      'magnitude is 11',
    );
    const { randAugment: _, ...plain } = large;
    expect(() => prepareViews(1, plain).write(imageA(32), 0, 0, 'noisy', new Uint8Array(72 * 72 * 3))).toThrow(
      RangeError,
    );
  });
});
