import type { Estimate, Interval } from '../statistics/estimate.ts';
import type { Measure } from './measure.ts';

/** Shown for an unknown number. */
export const dash = '–';

type Unit = Measure['unit'];

/**
 * A number of a measure without its unit: `71.14` for a share, in %. @param decimals for shares and percentages; two, or one in figures.
 */
export function numberWords(value: number, unit: Unit, decimals = 2): string {
  if (unit !== 'number') return minus((unit === 'share' ? 100 * value : value).toFixed(decimals));
  const digits = Math.abs(value) >= 1000 && Number.isInteger(value) ? value.toLocaleString('en-US') : plain(value);
  return minus(digits);
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
  const places = 1 - Math.floor(Math.log10(error));
  if (unit === 'number' && error > 0 && places >= 0 && places <= 8) {
    return `${sign}${minus(mean.toFixed(places))} ± ${error.toFixed(places)}`;
  }
  return `${sign}${numberWords(mean, unit, decimals)} ± ${numberWords(error, unit, decimals)}`;
}

/** `+0.42`; a number that rounds to zero keeps its sign, `+0.00` or `−0.00`. */
export function signed(value: number, unit: Unit, decimals = 2): string {
  return `${value < 0 ? '' : '+'}${numberWords(value, unit, decimals)}`;
}

/** `+3.11 to +4.83`. */
export function intervalWords([low, high]: Interval, unit: Unit, decimals = 2): string {
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

function plain(value: number): string {
  if (value === 0) return '0';
  const size = Math.abs(value);
  return size >= 1e-4 && size < 1e6 ? String(Number(value.toPrecision(4))) : value.toExponential(2);
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
