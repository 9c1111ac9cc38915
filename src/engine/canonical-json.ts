import type { Json } from '../json/json.ts';
import { UserError } from '../problem/errors.ts';

const loneSurrogate = /\p{Surrogate}/u;

/**
 * The one text of a JSON value: names sorted by UTF-16 code unit, no white space, numbers in JavaScript's shortest form.
 * Two values have the same text only where they are equal, -0 and 0 apart.
 * @throws UserError where a value has no such text: NaN, infinities, integers beyond 2^53, lone surrogates, undefined,
 * and whatever else JSON cannot carry.
 */
export function canonicalJson(value: Json): string {
  return encode(value, []);
}

function encode(value: unknown, path: readonly (string | number)[]): string {
  if (value === null || typeof value === 'boolean') return String(value);
  if (typeof value === 'string') return encodeString(value, path);
  if (typeof value === 'number') return encodeNumber(value, path);
  if (Array.isArray(value)) {
    // Array.from visits the holes of a sparse array, which map() would skip.
    return `[${Array.from(value, (item: unknown, index) => encode(item, [...path, index])).join(',')}]`;
  }
  if (isPlainObject(value)) {
    const members = Object.keys(value)
      .sort()
      .map((name) => `${encodeString(name, path)}:${encode(value[name], [...path, name])}`);
    return `{${members.join(',')}}`;
  }
  throw refusal(value === undefined ? 'undefined' : `a value of type ${typeOf(value)}`, path);
}

function encodeNumber(value: number, path: readonly (string | number)[]): string {
  if (!Number.isFinite(value)) throw refusal(String(value), path);
  if (Number.isInteger(value) && !Number.isSafeInteger(value)) {
    throw refusal(`the integer ${value}, which is beyond 2^53 and may have been rounded`, path);
  }
  return Object.is(value, -0) ? '-0' : String(value);
}

function encodeString(value: string, path: readonly (string | number)[]): string {
  if (loneSurrogate.test(value)) throw refusal('text with half of a surrogate pair', path);
  return JSON.stringify(value);
}

function isPlainObject(value: unknown): value is Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

function typeOf(value: unknown): string {
  return typeof value === 'object' && value !== null ? value.constructor.name : typeof value;
}

function refusal(what: string, path: readonly (string | number)[]): UserError {
  const where = path.length === 0 ? 'the value itself' : path.join('.');
  return new UserError(`Keys and records are made of plain data; they cannot hold ${what} (at ${where}).`);
}
