import { isJsonObject, type Json, type JsonObject } from '../../json/json.ts';

/** The content of a metrics file: the metrics and, for a table with several rows, its rows as points of curves. */
export interface MetricsText {
  readonly metrics: Readonly<Record<string, unknown>>;
  readonly points: readonly MetricPoint[];
}

/** Numbers that were measured at one step. */
export interface MetricPoint {
  readonly step: number;
  /** The total number of steps, if known. */
  readonly steps: number | undefined;
  readonly values: Readonly<Record<string, number>>;
}

/**
 * Reads a metrics file by its extension: JSON, YAML or CSV.
 * @throws Error with a clause on what is wrong.
 */
export async function readMetricsText(name: string, text: string): Promise<MetricsText> {
  if (/\.csv$/iu.test(name)) return readTable(text);
  const value = /\.ya?ml$/iu.test(name) ? await readYaml(text) : readJson(text);
  if (!isJsonObject(value)) throw new Error('it does not contain an object of names and values');
  return { metrics: value, points: [] };
}

/** JSON, including the NaN and Infinity that Python writes. @throws Error with a clause. */
function readJson(text: string): Json {
  const bare = text.replaceAll(/("(?:[^"\\]|\\.)*")|-?\b(?:NaN|Infinity)\b/gu, (found, quoted) =>
    quoted === undefined ? JSON.stringify(`\0${found}`) : found,
  );
  try {
    return JSON.parse(bare, (_name, value: Json) =>
      typeof value === 'string' && value.startsWith('\0') ? Number(value.slice(1)) : value,
    ) as Json;
  } catch {
    throw new Error('it is not JSON');
  }
}

async function readYaml(text: string): Promise<Json> {
  const { default: yaml } = await import('yaml');
  try {
    return yaml.parse(text, { schema: 'core', maxAliasCount: 100 }) as Json;
  } catch {
    throw new Error('it is not YAML');
  }
}

const stepColumn = /^(?:step|epoch|iteration|iter)$/iu;

/** One row is the metrics; of several, each is a point of curves, and the last one is the metrics. */
function readTable(text: string): MetricsText {
  const [header = [], ...rows] = rowsOf(text);
  const last = rows.at(-1);
  if (!last) throw new Error('it has no row below its header');
  const metrics = Object.fromEntries(header.map((name, at) => [name, cell(last[at] ?? '')]));
  if (rows.length === 1) return { metrics, points: [] };
  const stepAt = header.findIndex((name) => stepColumn.test(name));
  const points = rows.map((row, index): MetricPoint => {
    const step = Number(row[stepAt] ?? Number.NaN);
    const numbers = header.flatMap((name, at) => {
      const value = cell(row[at] ?? '');
      return typeof value === 'number' && at !== stepAt ? [[name, value] as const] : [];
    });
    return { step: Number.isFinite(step) ? step : index + 1, steps: undefined, values: Object.fromEntries(numbers) };
  });
  return { metrics, points };
}

function rowsOf(text: string): readonly (readonly string[])[] {
  const rows: string[][] = [[]];
  for (const [, field = '', end] of text.matchAll(/("(?:[^"]|"")*"|[^,\r\n]*)(,|\r?\n|$)/gu)) {
    rows.at(-1)!.push((field.startsWith('"') ? field.slice(1, -1).replaceAll('""', '"') : field).trim());
    if (end !== ',') rows.push([]);
  }
  return rows.filter((row) => row.some((field) => field !== ''));
}

function cell(text: string): number | string | null {
  if (text === '') return null;
  if (/^[+-]?(?:nan|inf(?:inity)?)$/iu.test(text)) return /nan/iu.test(text) ? Number.NaN : Number.POSITIVE_INFINITY;
  const number = Number(text);
  return Number.isNaN(number) ? text : number;
}

/** A line `{"step": 3, "steps": 10, "train": {"loss": 0.5}}` as a point; nested names get dots. Undefined if it is invalid. */
export function metricPointOf(line: string, usualStep: number): MetricPoint | undefined {
  let value: Json;
  try {
    value = readJson(line);
  } catch {
    return undefined;
  }
  if (!isJsonObject(value)) return undefined;
  const { step, steps, ...rest } = value;
  const isStep = typeof step === 'number' && Number.isFinite(step);
  if (step !== undefined && !isStep) return undefined;
  return {
    step: isStep ? step : usualStep,
    steps: typeof steps === 'number' && steps > 0 && Number.isFinite(steps) ? steps : undefined,
    values: Object.fromEntries(numbersIn(rest, '')),
  };
}

function* numbersIn(values: JsonObject, prefix: string): Generator<readonly [string, number]> {
  for (const [name, value] of Object.entries(values)) {
    if (typeof value === 'number') yield [`${prefix}${name}`, value];
    else if (isJsonObject(value)) yield* numbersIn(value, `${prefix}${name}.`);
  }
}
