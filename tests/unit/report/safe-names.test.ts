import { join, resolve } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { nodeNames } from '../../../src/engine/graph/node-names.ts';
import { safeNames } from '../../../src/report/safe-names.ts';
import { whyNotBelow } from '../../../src/schema/path-below.ts';

const isLong = process.env['PIPE_TEST_LONG'] === '1';

/** The folders of a sweep over these values. */
function foldersOf(values: readonly string[]): readonly string[] {
  return safeNames(
    nodeNames(
      'student',
      values.map((value) => [{ 'params.word': value }]),
    ),
  );
}

test('ordinary values are their own names', () => {
  const ids = [
    'student{temperature=4}',
    'student{temperature=0.5,decay=linear}',
    'student{rate=1e-7}',
    'a{b="c"}',
    'a{b=-1}',
  ];
  expect(safeNames(ids)).toEqual(ids);
});

test('what leads out, is long or differs by case alone gets a unique name', () => {
  const names = foldersOf([
    '../../ESCAPED',
    '..',
    '/etc/passwd',
    'x'.repeat(300),
    `${'x'.repeat(300)}y`,
    'a',
    'A',
    'a\nb',
    'a b',
    'a_b',
  ]);
  expect(names).toEqual([
    expect.stringMatching(/^student\{word="\.\._\.\._ESCAPED"\}-[0-9a-f]{16}$/u),
    'student{word=".."}',
    expect.stringMatching(/^student\{word="_etc_passwd"\}-[0-9a-f]{16}$/u),
    expect.stringMatching(/^student\{word=x{87}-[0-9a-f]{16}$/u),
    expect.stringMatching(/^student\{word=x{87}-[0-9a-f]{16}$/u),
    'student{word=a}',
    expect.stringMatching(/^student\{word=A\}-[0-9a-f]{16}$/u),
    expect.stringMatching(/^student\{word="a_nb"\}-[0-9a-f]{16}$/u),
    expect.stringMatching(/^student\{word="a_b"\}-[0-9a-f]{16}$/u),
    'student{word=a_b}',
  ]);
  expect(new Set(names.map((name) => name.toLowerCase())).size).toBe(names.length);
});

test(`names are safe, bounded and unique, whatever is swept (${isLong ? '10,000 names' : '500 names; PIPE_TEST_LONG=1 takes 10,000'})`, () => {
  const piece = fc.oneof(
    fc.constantFrom('..', '/', '.', '\0', '\n', ' ', 'A', 'a', '"', '~', '\\', 'é'),
    fc.string({ unit: 'binary', maxLength: 6 }),
  );
  const value = fc.array(piece, { maxLength: 60 }).map((pieces) => pieces.join(''));
  const count = isLong ? 10_000 : 500;
  const [values] = fc.sample(fc.uniqueArray(value, { minLength: count, maxLength: count }), {
    numRuns: 1,
    seed: 4,
  }) as [string[]];
  const names = foldersOf(values);
  expect(new Set(names.map((name) => name.toLowerCase())).size).toBe(values.length);
  for (const name of names) {
    expect(whyNotBelow(name)).toBeUndefined();
    expect(resolve(join('/exports', name))).toBe(`/exports/${name}`);
    expect(name).toMatch(/^\w[\x20-\x7e]{0,119}$/u);
  }
});
