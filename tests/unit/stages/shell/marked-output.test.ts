import { expect, test } from 'vitest';
import { MarkedOutput } from '../../../../src/stages/shell/marked-output.ts';

const mark = 'abcabd';

/** What is passed on, and the status that is found, where a text comes in these pieces. */
function read(...pieces: readonly string[]) {
  const passed: string[] = [];
  const output = new MarkedOutput(mark, (chunk) => passed.push(chunk.toString()));
  const statuses = pieces.map((piece) => output.read(Buffer.from(piece)));
  output.end();
  return { passed, statuses };
}

test('a line is passed on at once', () => {
  expect(read('one\n', 'two\n')).toEqual({ passed: ['one\n', 'two\n'], statuses: [undefined, undefined] });
});

test.each([
  ['whole', ['out\nabcabd7\n']],
  ['behind a text without an end', ['out\n', 'abcabd7\n']],
  ['cut anywhere', ['out\na', 'bca', 'bd', '7', '\n']],
])('the mark is found %s', (_, pieces) => {
  const { passed, statuses } = read(...pieces);
  expect(passed.join('')).toBe('out\n');
  expect(statuses.at(-1)).toBe(7);
});

test('what only begins like the mark is passed on, in order', () => {
  expect(read('xabc', 'abcx', 'ab').passed.join('')).toBe('xabcabcxab');
});

test('a mark that begins inside what looked like one is found', () => {
  expect(read('abc', 'abcabd0\n')).toMatchObject({ passed: ['abc'], statuses: [undefined, 0] });
});
