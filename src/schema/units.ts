const secondsPer: Readonly<Record<string, number>> = { ms: 0.001, s: 1, m: 60, h: 3600, d: 86_400 };

/** What a duration looks like (`90s`, `1h30m`), as a regular expression for a JSON Schema. */
export const durationPattern = '^(\\d+(\\.\\d+)?(ms|s|m|h|d))+$';

/** Seconds of a duration that matches `durationPattern`, e.g. 5400 for `1h30m`. */
export function secondsOf(duration: string): number {
  const parts = [...duration.matchAll(/([\d.]+)(ms|s|m|h|d)/gu)];
  return parts.reduce((sum, [, count, unit]) => sum + Number(count) * secondsPer[unit!]!, 0);
}

const bytesPer: Readonly<Record<string, number>> = { k: 1e3, M: 1e6, G: 1e9, T: 1e12 };

/** What a size looks like (`500MB`, `1.5 GB`), as a regular expression for a JSON Schema. */
export const sizePattern = '^\\d+(\\.\\d+)? ?[kMGT]?B$';

/** Bytes of a size that matches `sizePattern`, e.g. 2e10 for `20GB`; units are decimal. */
export function bytesOf(size: string): number {
  const unit = /[kMGT]/u.exec(size)?.[0];
  return Math.round(Number.parseFloat(size) * (unit === undefined ? 1 : bytesPer[unit]!));
}
