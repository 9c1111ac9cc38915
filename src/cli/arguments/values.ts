import { InvalidArgumentError } from 'commander';
import { durationPattern, secondsOf } from '../../schema/duration.ts';
import { bytesOf, sizePattern } from '../../schema/size.ts';

/** Reads a whole number from 1 on. */
export function positiveInteger(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 1) throw new InvalidArgumentError('Write a whole number, 1 or more.');
  return value;
}

/** Reads a duration such as `30d` or `1h30m` as milliseconds. */
export function milliseconds(text: string): number {
  if (!new RegExp(durationPattern, 'u').test(text)) throw new InvalidArgumentError('Write it like 30d, 12h or 1h30m.');
  return secondsOf(text) * 1000;
}

/** Reads a size such as `20GB` or `500MB` as bytes. */
export function bytes(text: string): number {
  if (!new RegExp(sizePattern, 'u').test(text)) throw new InvalidArgumentError('Write it like 500MB or 20GB.');
  return bytesOf(text);
}

/** Gathers the values of an option that may be given often. */
export function collect(value: string, earlier: readonly string[]): readonly string[] {
  return [...earlier, value];
}
