import { join, normalize, resolve } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isWithin, plainPath, whyNotBelow } from '../../../src/schema/path-below.ts';

describe('a path that is laid out in a folder', () => {
  test.each(['a', 'out/', 'out/table.csv', './a', 'a/./b', 'a//b', '...', '..a', 'a..', 'größe/ñ', '-x', ' ', '~'])(
    'takes %j',
    (path) => {
      expect(whyNotBelow(path)).toBeUndefined();
    },
  );

  test.each([
    ['', 'is empty'],
    ['.', 'is the folder itself'],
    ['./', 'is the folder itself'],
    ['././/.', 'is the folder itself'],
    ['/', 'is an absolute path'],
    ['/etc/passwd', 'is an absolute path'],
    ['..', 'leaves the folder through ".."'],
    ['a/..', 'leaves the folder through ".."'],
    ['a/../b', 'leaves the folder through ".."'],
    ['../../../../victim', 'leaves the folder through ".."'],
    ['a\n/../../x', 'has a control character, such as a line break'],
    ['a\nb', 'has a control character, such as a line break'],
    ['a\0b', 'has a control character, such as a line break'],
    ['a\u009bb', 'has a control character, such as a line break'],
    ['x'.repeat(256), 'is too long'],
    ['é'.repeat(128), 'is too long'],
    ['abc/'.repeat(513), 'is too long'],
  ])('refuses %j', (path, message) => {
    expect(whyNotBelow(path)?.message).toBe(message);
  });

  test('stays strictly inside, whatever was written', () => {
    const step = fc.oneof(fc.constantFrom('..', '.', '', 'a', '\n', '\0'), fc.string({ maxLength: 8 }));
    fc.assert(
      fc.property(fc.array(step, { maxLength: 8 }), (steps) => {
        const path = steps.join('/');
        if (whyNotBelow(path) !== undefined) return;
        expect(resolve('/root/folder', path).startsWith('/root/folder/')).toBe(true);
        expect(plainPath(path)).toBe(normalize(path).replace(/\/$/u, ''));
      }),
      { numRuns: 2000, seed: 1 },
    );
  });
});

describe('two paths in one folder', () => {
  test.each([
    ['out', 'out'],
    ['out/', 'out'],
    ['./out', 'out/.'],
    ['out/x', 'out/'],
    ['out//x/y', 'out/x'],
  ])('%j is or lies in %j', (inner, outer) => {
    expect(isWithin(inner, outer)).toBe(true);
    expect(isWithin(join(inner, 'deeper'), outer)).toBe(true);
  });

  test.each([
    ['output', 'out'],
    ['out', 'out/x'],
    ['a/out', 'out'],
  ])('%j does not lie in %j', (inner, outer) => {
    expect(isWithin(inner, outer)).toBe(false);
  });
});
