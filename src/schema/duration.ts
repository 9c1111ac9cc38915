const secondsPer: Readonly<Record<string, number>> = { ms: 0.001, s: 1, m: 60, h: 3600, d: 86_400 };

/** What a duration looks like (`90s`, `1h30m`), as a regular expression for a JSON Schema. */
export const durationPattern = '^(\\d+(\\.\\d+)?(ms|s|m|h|d))+$';

/** Seconds of a duration that fits `durationPattern`, e.g. 5400 of `1h30m`. */
export function secondsOf(duration: string): number {
  const parts = [...duration.matchAll(/([\d.]+)(ms|s|m|h|d)/gu)];
  return parts.reduce((sum, [, count, unit]) => sum + Number(count) * secondsPer[unit!]!, 0);
}
