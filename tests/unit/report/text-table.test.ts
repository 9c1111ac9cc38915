import stringWidth from 'string-width';
import { expect, test } from 'vitest';
import { table, wrap, wrappedTable } from '../../../src/report/tables/text-table.ts';

const columns = ['stage', 'state', 'why'].map((title) => ({ title, align: 'left' as const }));

test('wide characters and marks count as what they take on a terminal', () => {
  const lines = table(columns, [
    ['数据', 'ran', 'x'],
    ['e\u0301', 'ran', 'y'],
    ['👩‍🔬', 'ran', 'z'],
  ]);
  const at = lines.map((line) => stringWidth(line.slice(0, line.search(/ran|state|─{5} {2}─{3,}$/u))));
  expect(at.filter((each) => each > 0)).toEqual([7, 7, 7, 7, 7].slice(0, at.filter((each) => each > 0).length));
});

test.each([40, 60, 80])('a table of at most %i columns says everything', (width) => {
  const why =
    'with.temperature: 10 -> 4, with.optimizer.learningRate: 0.001 -> 0.0005, definition train: version 1 -> 2';
  const rows = [
    ['train-the-student{temperature=4}', 'ran', why],
    ['data', 'reused', ''],
  ];
  const lines = wrappedTable(columns, rows, width);
  for (const line of lines) expect(stringWidth(line)).toBeLessThanOrEqual(width);
  const words = lines.join(' ').split(/\s+/u);
  for (const word of [...rows.flat(), ...why.split(' ')].filter((each) => each !== '' && each !== why)) {
    expect(words).toContain(word);
  }
});

test('a word longer than a line is broken, and no other', () => {
  expect(wrap('ab cdefgh i', 3)).toEqual(['ab', 'cde', 'fgh', 'i']);
  expect(wrap('', 3)).toEqual(['']);
});
