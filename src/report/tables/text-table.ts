import { shownLine } from '../../problem/shown.ts';
import { displayWidth } from '../display-width.ts';

/** A column of a text table. */
export interface Column {
  /** May have several lines. */
  readonly title: string;
  readonly align: 'left' | 'right';
}

const gap = '  ';

/** A plain text table: a header, a rule, and rows, as lines without trailing blanks. Every row has one cell of one line per column. */
export function table(columns: readonly Column[], cells: readonly (readonly string[])[]): string[] {
  const rows = cells.map((row) => row.map(shownLine));
  const titles = columns.map(({ title }) => title.split('\n'));
  const widths = columnWidths(columns, rows);
  const line = (cells: readonly string[]) =>
    columns
      .map(({ align }, at) => padded(cells[at]!, widths[at]!, align))
      .join(gap)
      .trimEnd();
  const height = Math.max(...titles.map((lines) => lines.length));
  const header = Array.from({ length: height }, (_, row) => line(titles.map((lines) => lines[row] ?? '')));
  return [...header, widths.map((width) => '─'.repeat(width)).join(gap), ...rows.map(line)];
}

/** A table that is split into several, one below the other, if it is wider than `width`; each repeats the first column. */
export function foldedTable(columns: readonly Column[], rows: readonly (readonly string[])[], width: number): string[] {
  const widths = columnWidths(columns, rows).map((each) => each + gap.length);
  const lines: string[] = [];
  for (let from = 1; from < columns.length || from === 1; ) {
    let to = from;
    let used = widths[0]! - gap.length;
    while (to < columns.length && (to === from || used + widths[to]! <= width)) used += widths[to++]!;
    const part = <Cell>(cells: readonly Cell[]) => [cells[0]!, ...cells.slice(from, to)];
    lines.push(...(lines.length > 0 ? [''] : []), ...table(part(columns), rows.map(part)));
    from = Math.max(to, from + 1);
  }
  return lines;
}

function columnWidths(columns: readonly Column[], rows: readonly (readonly string[])[]): readonly number[] {
  return columns.map(({ title }, at) =>
    Math.max(...[...title.split('\n'), ...rows.map((row) => row[at]!)].map((text) => displayWidth(text))),
  );
}

function padded(text: string, width: number, align: Column['align']): string {
  const blanks = ' '.repeat(Math.max(0, width - displayWidth(text)));
  return align === 'right' ? blanks + text : text + blanks;
}

/** A narrower last column is not useful: its text goes below the row. */
const narrowestLast = 24;
const indent = '    ';

/** A table of at most `width` whose last column is wrapped, and goes below its row if it has little room. */
export function wrappedTable(
  columns: readonly Column[],
  cells: readonly (readonly string[])[],
  width: number,
): string[] {
  const whole = table(columns, cells);
  if (whole.every((line) => displayWidth(line) <= width)) return whole;
  const rows = cells.map((row) => row.map(shownLine));
  const others = columns.slice(0, -1);
  const left = columnWidths(
    others,
    rows.map((row) => row.slice(0, -1)),
  ).reduce((sum, each) => sum + each + gap.length, 0);
  const room = width - left;
  if (room < narrowestLast) {
    const [title, rule, ...lines] = table(
      others,
      rows.map((row) => row.slice(0, -1)),
    );
    const below = (row: readonly string[]) =>
      wrap(row.at(-1)!, width - indent.length).map((line) => `${indent}${line}`);
    const within = [title!, rule!, ...lines].map((line) => cut(line, width));
    return within
      .flatMap((line, at) => (at < 2 ? [line] : [line, ...below(rows[at - 2]!)]))
      .map((line) => line.trimEnd());
  }
  const blank = others.map(() => '');
  const wrapped = rows.flatMap((row) =>
    wrap(row.at(-1)!, room).map((part, at) => [...(at === 0 ? row.slice(0, -1) : blank), part]),
  );
  return table(columns, wrapped);
}

/** A line on a terminal too narrow for a table. */
function cut(line: string, width: number): string {
  if (displayWidth(line) <= width) return line;
  return `${pieces(line, width - 1)[0]}…`;
}

/** A text in lines of at most `width`, broken between words, within a word only if it is longer than a line. */
export function wrap(text: string, width: number): readonly string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ').flatMap((each) => pieces(each, width))) {
    if (line !== '' && displayWidth(line) + 1 + displayWidth(word) > width) {
      lines.push(line);
      line = '';
    }
    line = line === '' ? word : `${line} ${word}`;
  }
  return [...lines, line];
}

function pieces(word: string, width: number): readonly string[] {
  if (displayWidth(word) <= width) return [word];
  const found: string[] = [];
  let piece = '';
  for (const character of word) {
    if (displayWidth(piece + character) > width) {
      found.push(piece);
      piece = '';
    }
    piece += character;
  }
  return [...found, piece];
}
