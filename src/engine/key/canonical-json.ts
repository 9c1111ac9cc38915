import { isExact, isWellFormed } from '../../json/exact.ts';
import type { Json } from '../../json/json.ts';
import { UserError } from '../../problem/errors.ts';

/**
 * The one text of a JSON value: names sorted by UTF-16 code unit, no white space, numbers in JavaScript's shortest form.
 * Two values have the same text only where they are equal, -0 and 0 apart.
 * @throws UserError where a value has no such text: NaN, infinities, integers beyond 2^53, lone surrogates, undefined,
 * and whatever else JSON cannot carry.
 */
export function canonicalJson(value: Json, options: CanonicalOptions = {}): string {
  return encode(value, undefined, options);
}

/** What has a canonical text. */
export interface CanonicalOptions {
  /** Also integers beyond 2^53 and halves of surrogate pairs: for what has been through JSON already, and is only to be told from others. */
  readonly lenient?: boolean;
}

/** Where a value lies: from the inside out, so that a path costs nothing until somebody asks for it. */
interface ValuePath {
  readonly name: string | number;
  readonly within: ValuePath | undefined;
}

function encode(value: unknown, place: ValuePath | undefined, options: CanonicalOptions): string {
  if (value === null || typeof value === 'boolean') return String(value);
  if (typeof value === 'string') return encodeString(value, place, options);
  if (typeof value === 'number') return encodeNumber(value, place, options);
  if (Array.isArray(value)) {
    // Array.from visits the holes of a sparse array, which map() would skip.
    return `[${Array.from(value, (item: unknown, index) => encode(item, { name: index, within: place }, options)).join(',')}]`;
  }
  if (isPlainObject(value)) {
    const members = Object.keys(value)
      .sort()
      .map((name) => `${encodeString(name, place, options)}:${encode(value[name], { name, within: place }, options)}`);
    return `{${members.join(',')}}`;
  }
  throw refusal(value === undefined ? 'undefined' : `a value of type ${typeOf(value)}`, place);
}

function encodeNumber(value: number, place: ValuePath | undefined, { lenient }: CanonicalOptions): string {
  if (!Number.isFinite(value)) throw refusal(String(value), place);
  if (!lenient && !isExact(value)) {
    throw refusal(`the integer ${value}, which is beyond 2^53 and may have been rounded`, place);
  }
  return Object.is(value, -0) ? '-0' : String(value);
}

function encodeString(value: string, place: ValuePath | undefined, { lenient }: CanonicalOptions): string {
  if (!lenient && !isWellFormed(value)) throw refusal('text with half of a surrogate pair', place);
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

function refusal(what: string, place: ValuePath | undefined): UserError {
  const names: (string | number)[] = [];
  for (let at = place; at; at = at.within) names.unshift(at.name);
  const where = place ? names.join('.') : 'the value itself';
  return new UserError(`Keys and records are made of plain data; they cannot hold ${what} (at ${where}).`);
}
