/** A column: as people read it, and as a program reads the numbers behind it. */
export interface DataColumn {
  /** As people read it, in one line. */
  readonly title: string;
  /** The columns of the CSV that its cells fill. */
  readonly csv: readonly string[];
  readonly align: 'left' | 'right';
}

/** A cell: its text, and the values behind it, one for each of its column's columns in the CSV. */
export interface DataCell {
  readonly text: string;
  readonly values: readonly (string | number | null)[];
}

/** A row of cells, one a column, perhaps under a heading that rows before it have, too. */
export interface DataRow {
  readonly group?: string;
  readonly cells: readonly DataCell[];
}

/** A table that can be printed, and written as CSV, Markdown, LaTeX and HTML, always with the same numbers. */
export interface DataTable {
  /** A file's name without its extension. */
  readonly name: string;
  readonly caption: string;
  readonly columns: readonly DataColumn[];
  readonly rows: readonly DataRow[];
  /** Sentences on what ± and p mean, how many repetitions there are, and why a dash stands where it does. */
  readonly notes: readonly string[];
}

/** A column of text, which the CSV has as it is. */
export function textColumn(title: string, csv: string): DataColumn {
  return { title, csv: [csv], align: 'left' };
}

/** A column of numbers. */
export function numberColumn(title: string, ...csv: readonly string[]): DataColumn {
  return { title, csv, align: 'right' };
}

/** A cell of text. */
export function textCell(text: string): DataCell {
  return { text, values: [text] };
}

/** A cell of numbers, and how people read them. */
export function numberCell(text: string, ...values: readonly (number | null | undefined)[]): DataCell {
  return { text, values: values.map((value) => value ?? null) };
}
