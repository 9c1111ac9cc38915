import type { StageSummary } from '../../engine/index.ts';
import { readBySeverity } from '../../evaluation/metrics.ts';
import type { JsonObject } from '../../json/json.ts';
import type { Compared, Comparison } from '../results/comparison.ts';
import { hardestSeverity } from '../results/corruptions.ts';
import { type Model, resultsOf } from '../results/experiment.ts';
import { listOfFew } from '../results/names.ts';
import type { Needs } from '../results/needs.ts';
import { otherDevices, otherDevicesWords } from '../results/surroundings.ts';
import type { Estimate } from '../statistics/estimate.ts';
import type { DataTable } from '../tables/data-table.ts';
import { tableLines } from '../tables/formats.ts';
import { corruptionTable, differenceTables, severityTable } from './by-corruption.ts';
import { differencesTable, meansTable } from './tables.ts';

/**
 * All tables of a comparison. @param images the table for test images. @param details whether to include those by corruption and severity.
 */
export function comparisonTables(
  comparison: Comparison,
  images: DataTable | undefined,
  details: boolean,
): readonly DataTable[] {
  const { models, over, rows } = comparison;
  const isCompared = rows.some(({ against }) => against !== undefined);
  return [
    meansTable(comparison),
    ...(isCompared ? [differencesTable(comparison), images] : []),
    ...(details ? [corruptionTable(models, over), severityTable(models, over), ...differenceTables(comparison)] : []),
  ].flatMap((table) => table ?? []);
}

/** A comparison as text, in lines of at most `width`. */
export function comparisonText(comparison: Comparison, tables: readonly DataTable[], width: number): string {
  const { over, values } = comparison;
  const heading =
    over === undefined
      ? 'nothing is repeated: to compare over seeds, sweep one, such as --sweep params.seed=1,2,3'
      : `over ${over} = ${values.map((value) => JSON.stringify(value)).join(', ')}`;
  return [heading, ...tables.flatMap((table) => ['', ...tableLines(table, width)]), ''].join('\n');
}

/** Warnings for readers of the numbers of some models. @param stages all of the pipeline. */
export function comparisonWarnings(
  models: readonly Model[],
  stages: readonly StageSummary[],
  needs: Needs,
): readonly string[] {
  return [
    ...otherCorruptionsWords(models),
    ...otherDevicesWords(otherDevices(models.flatMap(resultsOf), stages, needs)),
  ];
}

/** A sentence if the mean that is called corrupted is over different corruptions: a model without a hard one would seem better. */
function otherCorruptionsWords(models: readonly Model[]): readonly string[] {
  const evaluated = models.flatMap((model) => {
    const found = resultsOf(model).map(({ metrics }) => corruptionsIn(metrics));
    return found.some((names) => names.size > 0) ? [{ model, found }] : [];
  });
  const all = new Set(evaluated.flatMap(({ found }) => found.flatMap((names) => [...names])));
  const parts = evaluated.flatMap(({ model, found }) => {
    const missing = [...all].filter((name) => found.some((names) => !names.has(name)));
    return missing.length > 0 ? [`${model.name} is without ${listOfFew(missing)}`] : [];
  });
  if (parts.length === 0) return [];
  return [
    `means at severity ${hardestSeverity} are over different corruptions, so differences between them may not come from the models: ${listOfFew(parts)}`,
  ];
}

function corruptionsIn(metrics: JsonObject): ReadonlySet<string> {
  const found = Object.entries(readBySeverity(metrics));
  return new Set(found.flatMap(([name, bySeverity]) => (bySeverity[hardestSeverity] === undefined ? [] : [name])));
}

/** A comparison as the object that `--json` prints. Shares are in [0, 1], unknown values are null, and `why` has the reason. */
export function comparisonJson(
  comparison: Comparison,
  tables: readonly DataTable[],
  warnings: readonly string[],
): JsonObject {
  const { over, models, rows, tests } = comparison;
  return {
    over: over ?? null,
    tests,
    models: models.map((model) => {
      const own = rows.filter((row) => row.model === model);
      return {
        model: model.name,
        setting: model.setting,
        against: own[0]?.against?.name ?? null,
        measures: Object.fromEntries(
          own.flatMap((row) => (row.estimate ? [[row.measure.name, measureJson(row, row.estimate)]] : [])),
        ),
      };
    }),
    tables: Object.fromEntries(tables.map(tableJson)),
    warnings,
  };
}

/** A table as a list of objects with the column names of its CSV. */
function tableJson({ name, columns, rows }: DataTable): readonly [string, JsonObject[]] {
  const names = columns.flatMap(({ csv }) => csv);
  const objects = rows.map(({ group, cells }) => ({
    ...(group !== undefined && { group }),
    ...Object.fromEntries(cells.flatMap(({ values }) => values).map((value, at) => [names[at]!, value])),
  }));
  return [name, objects];
}

function measureJson({ difference, corrected, why }: Compared, estimate: Estimate): JsonObject {
  return {
    ...numbersJson(estimate),
    difference: difference
      ? {
          ...numbersJson(difference),
          t: difference.t ?? null,
          p: difference.p ?? null,
          pHolm: corrected ?? null,
          effect: difference.effect ?? null,
          detectable: difference.detectable ?? null,
        }
      : null,
    ...(why !== undefined && { why }),
  };
}

function numbersJson({ count, mean, standardError, interval }: Estimate): JsonObject {
  return { count, mean, standardError: standardError ?? null, interval: interval ? [...interval] : null };
}
