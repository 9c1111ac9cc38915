import type { JsonObject } from '../../json/json.ts';
import type { Problem } from '../../problem/problem.ts';
import { didYouMean } from '../../problem/suggest.ts';
import { type Measure, measuresOf, reportedUnder } from './measure.ts';

/** What `--metric` names. */
export interface AskedMetric {
  /** As typed. */
  readonly text: string;
  /** Undefined for the metric of any stage. */
  readonly stage: string | undefined;
  readonly metric: string;
}

/** What a stage reports. */
interface Reported {
  readonly stage: string;
  readonly metrics: JsonObject;
}

/**
 * Reads `--metric`: a metric, or a stage and its metric with a dot between, as `goal` has them. A metric with this name comes first, because
 * names of metrics may have dots. @param extra measures that are not metrics.
 */
export function metricAsked(text: string, results: readonly Reported[], extra: readonly Measure[] = []): AskedMetric {
  const dot = text.indexOf('.');
  const stage = text.slice(0, Math.max(dot, 0));
  const isOfStage = !knownIn(results, extra).includes(text) && results.some((each) => each.stage === stage);
  return isOfStage ? { text, stage, metric: text.slice(dot + 1) } : { text, stage: undefined, metric: text };
}

/**
 * Why `--metric` names nothing that can be shown; undefined if it names a number of some result. @param own the results that may have it.
 * @param who `train`, or undefined for all stages. @param extra measures that are not metrics.
 */
export function whyNotMetric(
  { text, stage, metric }: AskedMetric,
  own: readonly Reported[],
  who: string | undefined,
  extra: readonly Measure[] = [],
): Problem | undefined {
  const known = knownIn(own, extra);
  if (known.includes(metric)) return undefined;
  const isReported = own.some(({ metrics }) => reportedUnder(metric, metrics) !== undefined);
  const message = isReported
    ? `The metric "${metric}" is not a number in any result${who === undefined ? '' : ` of ${who}`}.`
    : who === undefined
      ? `There is no metric "${metric}".`
      : `${who} has no metric "${metric}".`;
  const names =
    known.length > 0 ? `the metrics are: ${known.join(', ')}` : 'no result has a metric that is a number yet';
  const ofStages = own.flatMap((each) => knownIn([each], []).map((name) => `${each.stage}.${name}`));
  const near = didYouMean(metric, stage === undefined ? [...known, ...ofStages] : known);
  return { message, origin: { option: `--metric ${text}` }, hint: (isReported ? undefined : near) ?? names };
}

function knownIn(results: readonly Reported[], extra: readonly Measure[]): readonly string[] {
  const measures = [...measuresOf(results.map(({ metrics }) => metrics)), ...extra];
  return [...new Set(measures.flatMap(({ name, metric }) => [name, metric]))];
}
