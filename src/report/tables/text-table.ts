import { shownLine } from '../../problem/shown.ts';

/** A column of a text table. */
export interface Column {
  /** May have several lines. */
  readonly title: string;
  readonly align: 'left' | 'right';
}

const gap = '  ';

/** A plain text table: a header, a rule, and rows, as lines without trailing blanks. Every row has a cell per column, of one line. */
export function table(columns: readonly Column[], cells: readonly (readonly string[])[]): string[] {
  const rows = cells.map((row) => row.map(shownLine));
  const titles = columns.map(({ title }) => title.split('\n'));
  const widths = columnWidths(columns, rows);
  const line = (cells: readonly string[]) =>
    columns
      .map(({ align }, at) => (align === 'right' ? cells[at]!.padStart(widths[at]!) : cells[at]!.padEnd(widths[at]!)))
      .join(gap)
      .trimEnd();
  const height = Math.max(...titles.map((lines) => lines.length));
  const header = Array.from({ length: height }, (_, row) => line(titles.map((lines) => lines[row] ?? '')));
  return [...header, widths.map((width) => '─'.repeat(width)).join(gap), ...rows.map(line)];
}

/** A table that is cut into several, one below the other, where it is wider than `width`; each repeats the first column. */
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
    Math.max(...[...title.split('\n'), ...rows.map((row) => row[at]!)].map(length)),
  );
}

function length(text: string): number {
  return text.length;
}
