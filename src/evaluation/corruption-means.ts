import {
  benchmark,
  type CorruptionName,
  corruptionNames,
  type Severity,
  severities,
} from '../data/corruptions/catalogue.ts';

/** A measurement under each corruption and severity; undefined where it was not evaluated. */
export type ByCorruption = (name: CorruptionName, severity: Severity) => number | undefined;

/** A mean, and what it leaves out. */
export interface Mean {
  /** Undefined where nothing was evaluated. */
  readonly value: number | undefined;
  /** How many corruptions it is over, of how many. */
  readonly over: number;
  readonly of: number;
  /** The corruptions that were not evaluated at every severity; the mean is over the others. */
  readonly missing: readonly CorruptionName[];
}

/** Over all nineteen corruptions at severity 5. */
export function meanAtSeverity5(measured: ByCorruption): Mean {
  return meanOver(corruptionNames, [5], measured);
}

/** Over the fifteen of the benchmark at all five severities: one minus the "mCE" that papers give for CIFAR-10-C. */
export function meanOfBenchmark(measured: ByCorruption): Mean {
  return meanOver(benchmark, severities, measured);
}

function meanOver(names: readonly CorruptionName[], levels: readonly Severity[], measured: ByCorruption): Mean {
  const missing: CorruptionName[] = [];
  const values: number[] = [];
  for (const name of names) {
    const row = levels.map((level) => measured(name, level)).filter((value) => value !== undefined);
    if (row.length === levels.length) values.push(...row);
    else missing.push(name);
  }
  const value = values.length > 0 ? values.reduce((sum, next) => sum + next, 0) / values.length : undefined;
  return { value, over: names.length - missing.length, of: names.length, missing };
}
