import { csvParseRows } from 'd3-dsv';
import { type DataTable, textCell, textColumn } from '../tables/data-table.ts';
import { count } from '../units.ts';

/** A table, or a sentence on why it is none. */
export type CsvFile = { readonly table: DataTable } | { readonly problem: string };

/** Reads a CSV file. @param title its name for people. */
export function csvFile(bytes: Uint8Array, title: string): CsvFile {
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return { problem: 'It is not a table: it is not UTF-8 text.' };
  }
  const at = text.search(notText);
  if (at !== -1)
    return { problem: `It is not a table: line ${count(lineOf(text, at))} has a character that text does not have.` };
  const [names, ...rows] = csvParseRows(text).filter((row) => row.length > 1 || row[0] !== '');
  if (!names || rows.length === 0) return { problem: 'It has no rows.' };
  const odd = rows.findIndex((row) => row.length !== names.length);
  if (odd !== -1) {
    return {
      problem: `It is not a table: its first line has ${values(names)}, and row ${count(odd + 1)} has ${values(rows[odd]!)}.`,
    };
  }
  const columns = names.map((name, column) => ({
    ...textColumn(name, name),
    ...(rows.every((row) => isNumber(row[column]!)) && { align: 'right' as const }),
  }));
  return {
    table: { name: title, caption: title, columns, rows: rows.map((row) => ({ cells: row.map(textCell) })), notes: [] },
  };
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for.
const notText = /[\0-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]/u;

function lineOf(text: string, at: number): number {
  return text.slice(0, at).split('\n').length;
}

function values({ length }: readonly string[]): string {
  return length === 1 ? '1 value' : `${count(length)} values`;
}

function isNumber(text: string): boolean {
  return Number.isFinite(Number(text));
}
