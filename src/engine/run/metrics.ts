import type { Json, JsonObject } from '../../json/json.ts';
import { isPlainObject } from '../key/canonical-json.ts';

/** What a stage reported, as far as a record can store it. */
export interface PlainMetrics {
  readonly metrics: JsonObject;
  /** What could not be kept unchanged, one sentence each. */
  readonly warnings: readonly string[];
}

/** Nobody reports anything deeper on purpose: it is a cycle. */
const deepest = 32;

/**
 * Makes plain JSON from what a stage reports. Every finite number stays unchanged; NaN, infinities and what JSON cannot represent become
 * null with a warning, because finished work must not be lost because of a number.
 */
export function plainMetrics(reported: unknown): PlainMetrics {
  const lost = new Map<string, string[]>();
  const note = (what: string, path: readonly string[]) => {
    lost.set(what, [...(lost.get(what) ?? []), path.join('.')]);
    return null;
  };
  const plain = (value: unknown, path: readonly string[]): Json => {
    if (value === null || typeof value === 'boolean') return value;
    if (typeof value === 'string') return wellFormed(value);
    if (typeof value === 'number') return Number.isFinite(value) ? value : note(String(value), path);
    if (typeof value === 'bigint' && Number.isSafeInteger(Number(value))) return Number(value);
    if (path.length > deepest) return note('too deep', path.slice(0, 1));
    if (Array.isArray(value)) return Array.from(value, (item: unknown, at) => plain(item, [...path, String(at)]));
    if (ArrayBuffer.isView(value) && Symbol.iterator in value) {
      return Array.from(value as Iterable<unknown>, (item, at) => plain(item, [...path, String(at)]));
    }
    if (isPlainObject(value)) return members(value, path);
    return note(value === undefined ? 'not there' : `of type ${typeof value}`, path);
  };
  const members = (value: object, path: readonly string[]): JsonObject =>
    Object.fromEntries(
      Object.entries(value).map(([name, member]) => [wellFormed(name), plain(member, [...path, name])] as const),
    );
  const isObject = isPlainObject(reported);
  const metrics = isObject ? members(reported, []) : {};
  const warnings = [...lost].map(([what, paths]) => warningOf(what, paths));
  if (!isObject && reported !== undefined)
    warnings.push('its metrics are not an object of names and values, and are not kept');
  return { metrics, warnings };
}

function warningOf(what: string, paths: readonly string[]): string {
  const [first] = paths;
  const others = paths.length > 1 ? ` (and ${paths.length - 1} more)` : '';
  return `its metric "${first}"${others} is ${what}, and is kept as null`;
}

/** Halves of surrogate pairs have no bytes in UTF-8. */
function wellFormed(text: string): string {
  return text.replaceAll(/\p{Surrogate}/gu, '\ufffd');
}
