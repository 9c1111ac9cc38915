import type { Estimate, Interval } from '../statistics/estimate.ts';
import type { Measure } from './measure.ts';

/** Shown for an unknown number. */
export const dash = '–';

type Unit = Measure['unit'];

/** Larger and smaller numbers are written with an exponent: nobody counts their digits. */
const [smallest, largest] = [1e-4, 1e9];

/** More decimals than these do not help a reader, even if the error is tiny. */
const mostDecimals = 8;
const mostPercentDecimals = 4;

/**
 * A number of a measure without its unit: `71.14` for a share, in %; `0.4712`, `12,345` or `1.235e11` for others. Every display writes numbers
 * this way. @param decimals for shares and percentages; two, or one in figures.
 */
export function numberWords(value: number, unit: Unit, decimals = 2): string {
  if (unit === 'number') return plainWords(value);
  const percentage = unit === 'share' ? 100 * value : value;
  return Math.abs(percentage) < largest ? fixed(percentage, decimals) : plainWords(percentage);
}

/** `71.14 ± 0.23`, or `71.14` for a single value. A number that is not a share has as many decimals as two digits of its error. */
export function estimateWords(found: Pick<Estimate, 'mean' | 'standardError'>, unit: Unit, decimals = 2): string {
  return withError(found, unit, decimals, '');
}

/** `+0.42 ± 0.11`: a difference and its error. */
export function differenceWords(found: Pick<Estimate, 'mean' | 'standardError'>, unit: Unit, decimals = 2): string {
  return withError(found, unit, decimals, found.mean < 0 ? '' : '+');
}

function withError(
  { mean, standardError: error }: Pick<Estimate, 'mean' | 'standardError'>,
  unit: Unit,
  decimals: number,
  sign: string,
): string {
  if (error === undefined) return `${sign}${numberWords(mean, unit, decimals)}`;
  const words =
    unit === 'number' ? numberWithError(mean, error) : percentWithError(mean, error, unit, decimals).join(' ± ');
  return `${sign}${words}`;
}

/** With enough decimals that the error is not shown as 0. */
function percentWithError(mean: number, error: number, unit: Unit, decimals: number): readonly [string, string] {
  const size = unit === 'share' ? 100 * error : error;
  const needed = size > 0 && size < largest ? Math.ceil(-Math.log10(2 * size)) : 0;
  const places = needed > decimals && needed <= mostPercentDecimals ? needed : decimals;
  return [numberWords(mean, unit, places), numberWords(error, unit, places)];
}

function numberWithError(mean: number, error: number): string {
  const size = Math.max(Math.abs(mean), error);
  if (error === 0 || !Number.isFinite(error)) return `${plainWords(mean)} ± ${plainWords(error)}`;
  const places = 1 - exponentOf(error);
  if (size >= smallest && size < largest && places <= mostDecimals) {
    return `${fixed(mean, Math.max(0, places))} ± ${fixed(error, Math.max(0, places))}`;
  }
  const digits = Math.min(6, Math.max(1, exponentOf(mean) - exponentOf(error) + 2));
  const shown = size < smallest || size >= largest ? powered(mean, digits) : plainWords(mean);
  return `${shown} ± ${powered(error, 2)}`;
}

function exponentOf(value: number): number {
  return value === 0 ? 0 : Math.floor(Math.log10(Math.abs(value)));
}

/** `+0.42`; a number that rounds to zero keeps its sign, `+0.00` or `−0.00`. */
export function signed(value: number, unit: Unit, decimals = 2): string {
  return `${value < 0 ? '' : '+'}${numberWords(value, unit, decimals)}`;
}

/** `+3.11 to +4.83`. */
export function intervalWords([low, high]: Interval, unit: Unit, decimals = 2): string {
  const places = 1 - exponentOf((high - low) / 2);
  const size = Math.max(Math.abs(low), Math.abs(high));
  if (unit === 'number' && size >= smallest && size < largest && high > low && places <= mostDecimals) {
    return [low, high].map((end) => `${end < 0 ? '' : '+'}${fixed(end, Math.max(0, places))}`).join(' to ');
  }
  return `${signed(low, unit, decimals)} to ${signed(high, unit, decimals)}`;
}

/** `.002`, or `< .001`. */
export function pWords(p: number): string {
  return p < 0.001 ? '< .001' : p.toFixed(3).replace(/^0/u, '');
}

/** The unit of differences of a measure. */
export function differenceUnit(unit: Unit): string {
  return unit === 'number' ? '' : 'points';
}

/** `0.4712`, `12,345` or `1.235e11`: a number without a unit. @param digits that are shown; whole numbers have all of theirs. */
export function plainWords(value: number, digits = 4): string {
  const size = Math.abs(value);
  if (value === 0) return '0';
  if (!Number.isFinite(value)) return minus(String(value));
  if (size < smallest || size >= largest) return powered(value, digits);
  const rounded = Number(value.toPrecision(digits));
  if (Math.abs(rounded) < 1000) return minus(String(rounded));
  return fixed(value, Number.isInteger(value) ? 0 : Math.max(0, digits - 1 - exponentOf(rounded)));
}

/** The same with all its digits, `0.5000`, so that a line that is written again and again does not move. */
export function steadyWords(value: number): string {
  const size = Math.abs(value);
  return size >= smallest && size < 1000 ? minus(value.toPrecision(4)) : plainWords(value);
}

/** `12,345.60`. */
function fixed(value: number, decimals: number): string {
  const words = value.toFixed(decimals);
  const [whole = '', rest] = words.split('.');
  return minus(`${whole.replaceAll(/\B(?=(?:\d{3})+$)/gu, ',')}${rest === undefined ? '' : `.${rest}`}`);
}

/** `1.235e11`. */
function powered(value: number, digits: number): string {
  return minus(Number(value.toPrecision(digits)).toExponential().replace('e+', 'e'));
}

function minus(text: string): string {
  return text.replace(/^-/u, '−').replace('e-', 'e−');
}

/** `p = .002`, or `p < .001`. */
export function pSentence(p: number): string {
  const words = pWords(p);
  return words.startsWith('<') ? `p ${words}` : `p = ${words}`;
}

/** `50.1 % ± 0.4`, a mean in sentences and tiles. */
export function meanSentence(found: Estimate, unit: Unit): string {
  const words = estimateWords(found, unit, 1);
  return unit === 'number' ? words : words.replace(/^\S+/u, (mean) => `${mean} %`);
}

/** `+4.0 points`, a difference in sentences. */
export function differenceSentence(mean: number, unit: Unit): string {
  const words = differenceUnit(unit);
  return `${signed(mean, unit, 1)}${words === '' ? '' : ` ${words}`}`;
}
