import { isExact, isWellFormed } from '../../json/exact.ts';
import type { Json } from '../../json/json.ts';
import { UserError } from '../../problem/errors.ts';

/**
 * The one text of a JSON value: names sorted by UTF-16 code unit, no white space, numbers in JavaScript's shortest form.
 * Two values have the same text only if they are equal, -0 and 0 apart.
 * @throws UserError if a value has no such text: NaN, infinities, integers beyond 2^53, lone surrogates, undefined,
 * and whatever else JSON cannot carry.
 */
export function canonicalJson(value: Json, { lenient = false, known }: CanonicalOptions = {}): string {
  return encode(value, { lenient, known, path: [] });
}

/** Which values have a canonical text, and known texts of parts. */
export interface CanonicalOptions {
  /** Also integers beyond 2^53 and halves of surrogate pairs: for values that came from JSON and only need to be distinguished. */
  readonly lenient?: boolean;
  /** Canonical texts of objects in the value, which are taken as they are. */
  readonly known?: ReadonlyMap<object, string>;
}

/** One walk through a value. Every record that is read is walked through, so this creates no object for the parts. */
interface Walk {
  readonly lenient: boolean;
  readonly known: ReadonlyMap<object, string> | undefined;
  /** Where in the value it is: names of members, and indices. */
  readonly path: (string | number)[];
}

function encode(value: unknown, walk: Walk): string {
  if (typeof value === 'string') return encodeString(value, walk);
  if (typeof value === 'number') return encodeNumber(value, walk);
  if (value === null || typeof value === 'boolean') return String(value);
  if (Array.isArray(value)) return encodeItems(value, walk);
  if (isPlainObject(value)) return walk.known?.get(value) ?? encodeMembers(value, walk);
  throw refusal(value === undefined ? 'undefined' : `a value of type ${typeOf(value)}`, walk);
}

function encodeItems(items: readonly unknown[], walk: Walk): string {
  let text = '';
  // By index, which finds the holes of a sparse array.
  for (let index = 0; index < items.length; index += 1) {
    walk.path.push(index);
    text += `${index === 0 ? '' : ','}${encode(items[index], walk)}`;
    walk.path.pop();
  }
  return `[${text}]`;
}

function encodeMembers(members: Readonly<Record<string, unknown>>, walk: Walk): string {
  let text = '';
  for (const name of Object.keys(members).sort()) {
    text += `${text === '' ? '' : ','}${encodeString(name, walk)}:`;
    walk.path.push(name);
    text += encode(members[name], walk);
    walk.path.pop();
  }
  return `{${text}}`;
}

function encodeNumber(value: number, walk: Walk): string {
  if (!Number.isFinite(value)) throw refusal(String(value), walk);
  if (!walk.lenient && !isExact(value)) {
    throw refusal(`the integer ${value}, which is beyond 2^53 and may have been rounded`, walk);
  }
  return Object.is(value, -0) ? '-0' : String(value);
}

/** Text that JSON writes unchanged: most of what is encoded. */
const plain = /^[ !#-[\]-~]*$/u;

function encodeString(value: string, walk: Walk): string {
  if (plain.test(value)) return `"${value}"`;
  if (!walk.lenient && !isWellFormed(value)) throw refusal('text with half of a surrogate pair', walk);
  return JSON.stringify(value);
}

/** Whether a value is an object of names and values, and of no class. */
export function isPlainObject(value: unknown): value is Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

function typeOf(value: unknown): string {
  return typeof value === 'object' && value !== null ? value.constructor.name : typeof value;
}

function refusal(what: string, { path }: Walk): UserError {
  const where = path.length > 0 ? path.join('.') : 'the value itself';
  return new UserError(`Keys and records contain only plain data; they cannot contain ${what} (at ${where}).`);
}
