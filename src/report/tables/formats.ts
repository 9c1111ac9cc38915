import type { DataRow, DataTable } from './data-table.ts';
import { footnoteLetters } from './footnotes.ts';
import { foldedTable } from './text-table.ts';

/** A table as lines of at most `width` characters, with its notes. */
export function tableLines({ columns, rows, notes }: DataTable, width: number): readonly string[] {
  const cells = inGroups(rows).flatMap(({ group, rows: own }) => [
    ...(group === undefined ? [] : [[group, ...columns.slice(1).map(() => '')]]),
    ...own.map((row) => row.cells.map(({ text }, at) => (at === 0 && group !== undefined ? `  ${text}` : text))),
  ]);
  return [
    ...foldedTable(columns, cells, width),
    ...(notes.length > 0 ? ['', ...notes.flatMap((note) => wrapped(note, width))] : []),
  ];
}

/** A table as CSV (RFC 4180): a line of names, the unrounded numbers, and a column for the group. */
export function csvText({ columns, rows }: DataTable): string {
  const grouped = rows.some(({ group }) => group !== undefined);
  const lines = [
    [...(grouped ? ['group'] : []), ...columns.flatMap(({ csv }) => csv)],
    ...rows.map(({ group, cells }) => [...(grouped ? [group ?? ''] : []), ...cells.flatMap(({ values }) => values)]),
  ];
  return lines.map((line) => `${line.map(csvField).join(',')}\r\n`).join('');
}

function csvField(value: string | number | null): string {
  const text = value === null ? '' : String(value);
  return /[",\r\n]/u.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** A table as Markdown, with its caption and its notes. */
export function markdownText({ caption, columns, rows, notes }: DataTable): string {
  const line = (cells: readonly string[]) => `| ${cells.map(markdownCell).join(' | ')} |`;
  const body = inGroups(rows).flatMap(({ group, rows: own }) => [
    ...(group === undefined ? [] : [line([`**${group}**`, ...columns.slice(1).map(() => '')])]),
    ...own.map(({ cells }) => line(cells.map(({ text }) => text))),
  ]);
  const rule = `|${columns.map(({ align }) => (align === 'right' ? '---:' : '---')).join('|')}|`;
  const head = line(columns.map(({ title }) => title));
  return `${caption}\n\n${[head, rule, ...body].join('\n')}\n${notes.map((note) => `\n${note}\n`).join('')}`;
}

function markdownCell(text: string): string {
  return text.replaceAll(/[|\\<]/gu, '\\$&').replaceAll('\n', ' ');
}

/** A table for LaTeX's package booktabs, with its caption and its notes. */
export function latexText({ caption, columns, rows, notes, name }: DataTable): string {
  const line = (cells: readonly string[]) => `    ${cells.map(latexCell).join(' & ')} \\\\`;
  const body = inGroups(rows).flatMap(({ group, rows: own }, at) => [
    ...(group === undefined
      ? []
      : [
          ...(at > 0 ? ['    \\addlinespace'] : []),
          `    \\multicolumn{${columns.length}}{l}{\\textit{${latexCell(group)}}} \\\\`,
        ]),
    ...own.map(({ cells }) => line(cells.map(({ text }) => text))),
  ]);
  return [
    '% \\usepackage{booktabs}',
    '\\begin{table}',
    '  \\centering',
    `  \\caption{${latexCell([caption, ...notes].map(asSentence).join(' '))}}`,
    `  \\label{tab:${name}}`,
    `  \\begin{tabular}{${columns.map(({ align }) => (align === 'right' ? 'r' : 'l')).join('')}}`,
    '    \\toprule',
    line(columns.map(({ title }) => title)),
    '    \\midrule',
    ...body,
    '    \\bottomrule',
    '  \\end{tabular}',
    '\\end{table}',
    '',
  ].join('\n');
}

const latexSigns: Readonly<Record<string, string>> = {
  '±': '$\\pm$',
  '−': '$-$',
  '–': '--',
  '×': '$\\times$',
  '<': '$<$',
  '>': '$>$',
  '²': '$^2$',
  '√': '$\\surd$',
  '\u00a0': '~',
  '\\': '\\textbackslash{}',
  '~': '\\textasciitilde{}',
  '^': '\\textasciicircum{}',
};

const marks = new RegExp(`[${footnoteLetters}]+`, 'gu');

function latexCell(text: string): string {
  return text
    .replaceAll(/[±−–×<>²√\u00a0\\~^]|[&%$#_{}]/gu, (sign) => latexSigns[sign] ?? `\\${sign}`)
    .replaceAll(marks, (letters) => `$^{${letters.normalize('NFKD')}}$`)
    .replaceAll('\n', ' ');
}

/** Rows under their headings, in order. */
export function inGroups(
  rows: readonly DataRow[],
): readonly { readonly group: string | undefined; readonly rows: readonly DataRow[] }[] {
  const groups: { group: string | undefined; rows: DataRow[] }[] = [];
  for (const row of rows) {
    const last = groups.at(-1);
    if (last && last.group === row.group) last.rows.push(row);
    else groups.push({ group: row.group, rows: [row] });
  }
  return groups;
}

function asSentence(text: string): string {
  return /[.:;]$/u.test(text) ? text : `${text}.`;
}

/** A text in lines of at most `width` characters, broken at blanks. */
function wrapped(text: string, width: number): readonly string[] {
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + word.length <= width) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines;
}
