import type { Spec } from '../drawing/draw.ts';
import type { DataTable } from '../tables/data-table.ts';

/** The symbols of a legend, each a shape, a dash and a colour. */
export type Sign =
  | 'student'
  | 'teacher'
  | 'control'
  | 'thin'
  | 'thick'
  | 'dashed'
  | 'sure'
  | 'unsure'
  | 'ran'
  | 'reused'
  | 'failed'
  | 'waiting';

/** A drawing in the two widths of the page. */
export interface Widths {
  readonly wide: Spec;
  readonly narrow: Spec;
}

/** One figure: its finding, its drawing, and the numbers behind it. */
export interface Figure {
  /** Also the name of its files. */
  readonly id: string;
  /** The finding from the numbers, or the question if no rule finds an answer. */
  readonly title: string;
  /** A sentence or two on what is shown. */
  readonly say: readonly string[];
  /** How to read it: n, the meaning of ±, the test. */
  readonly how: string;
  readonly legend: readonly (readonly [Sign, string])[];
  /** Undefined if the table alone is the figure. */
  readonly drawing: Widths | undefined;
  /** A description for people who cannot see it. */
  readonly label: string;
  readonly caption: string;
  readonly table: DataTable;
  /** For `--tables`, made on demand: tables with everything, if `table` has only what the figure shows. */
  readonly fullTables?: () => readonly DataTable[] | Promise<readonly DataTable[]>;
  /** Whether the table is closed at first although it is the figure. */
  readonly folded?: boolean;
}

/** A table that is a figure of its own. */
export function tableFigure(table: DataTable): Figure {
  return {
    id: table.name,
    title: table.caption,
    say: [],
    how: '',
    legend: [],
    drawing: undefined,
    label: table.caption,
    caption: '',
    table,
  };
}

/** Makes both drawings with one function. */
export function inWidths(spec: (isWide: boolean) => Spec): Widths {
  return { wide: spec(true), narrow: spec(false) };
}

/** Panels next to each other if there is room, otherwise one below the other. */
export function panels(
  isWide: boolean,
  specs: readonly Spec[],
  spacing: readonly [wide: number, narrow: number],
): Spec {
  if (specs.length === 1) return specs[0]!;
  return isWide ? { spacing: spacing[0], hconcat: specs } : { spacing: spacing[1], vconcat: specs };
}

/** The range of values with a margin; never empty. */
export function around(values: readonly number[], air = 0.05): readonly [low: number, high: number] {
  const known = values.filter(Number.isFinite);
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const value of known) [low, high] = [Math.min(low, value), Math.max(high, value)];
  if (!(high >= low)) return [0, 1];
  const room = high > low ? (high - low) * air : Math.abs(high) * 0.05 || 1;
  return [low - room, high + room];
}

/** Rows as the data of a layer. */
export function rows(values: readonly object[]): Spec {
  return { data: { values } };
}
