import type { JsonObject } from '../../json/json.ts';
import type { Problem } from '../../problem/problem.ts';
import { didYouMean } from '../../problem/suggest.ts';
import { type Measure, measuresOf, reportedUnder } from './measure.ts';

/**
 * Why `--metric` names nothing that can be shown; undefined if it names a number of some result. @param all the metrics of the results that
 * may have it. @param extra measures that are not metrics. @param who `train`, or undefined for all stages.
 */
export function whyNotMetric(
  name: string,
  all: readonly JsonObject[],
  who: string | undefined,
  extra: readonly Measure[] = [],
): Problem | undefined {
  const measures = [...measuresOf(all), ...extra];
  const known = [...new Set(measures.flatMap((measure) => [measure.name, measure.metric]))];
  if (known.includes(name)) return undefined;
  const isReported = all.some((metrics) => reportedUnder(name, metrics) !== undefined);
  const message = isReported
    ? `The metric "${name}" is not a number in any result${who === undefined ? '' : ` of ${who}`}.`
    : who === undefined
      ? `There is no metric "${name}".`
      : `${who} has no metric "${name}".`;
  const names =
    known.length > 0 ? `the metrics are: ${known.join(', ')}` : 'no result has a metric that is a number yet';
  return {
    message,
    origin: { option: `--metric ${name}` },
    hint: (isReported ? undefined : didYouMean(name, known)) ?? names,
  };
}
