/** A column: its text for people, and the numbers behind it for programs. */
export interface DataColumn {
  /** Its title for people, in one line. */
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

/** A row of cells, one per column, possibly under a heading that it shares with earlier rows. */
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
  /** Sentences on the meaning of ± and p, the number of repetitions, and the reasons for dashes. */
  readonly notes: readonly string[];
}

/** A column of text, unchanged in the CSV. */
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

/** A cell of numbers, with its text for people. */
export function numberCell(text: string, ...values: readonly (number | null | undefined)[]): DataCell {
  return { text, values: values.map((value) => value ?? null) };
}
