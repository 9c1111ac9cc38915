const bytesPer: Readonly<Record<string, number>> = { k: 1e3, M: 1e6, G: 1e9, T: 1e12 };

/** What a size looks like (`500MB`, `1.5 GB`), as a regular expression for a JSON Schema. */
export const sizePattern = '^\\d+(\\.\\d+)? ?[kMGT]?B$';

/** Bytes of a size that fits `sizePattern`, e.g. 2e10 of `20GB`; units are decimal. */
export function bytesOf(size: string): number {
  const unit = /[kMGT]/u.exec(size)?.[0];
  return Math.round(Number.parseFloat(size) * (unit === undefined ? 1 : bytesPer[unit]!));
}
