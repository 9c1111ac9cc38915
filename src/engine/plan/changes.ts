import { isJsonObject, type Json, type JsonObject } from '../../json/json.ts';
import { canonicalJson } from '../key/canonical-json.ts';
import type { FieldChange } from './plan.ts';

/** Key material by field: each leaf's path in the material, and its canonical JSON. */
export type Fields = ReadonlyMap<string, string>;

/** Splits key material into its leaves; a list is one leaf. */
export function fieldsOf(material: JsonObject): Fields {
  const sections = Object.entries(material).filter(([, section]) => !isEmpty(section));
  return new Map(sections.flatMap(([name, section]) => leaves(section, [name])));
}

function isEmpty(value: Json): boolean {
  return isJsonObject(value) && Object.keys(value).length === 0;
}

function leaves(value: Json, path: readonly string[]): [string, string][] {
  if (!isJsonObject(value) || isEmpty(value)) return [[path.join('.'), canonicalJson(value, { lenient: true })]];
  return Object.entries(value).flatMap(([name, member]) => leaves(member, [...path, name]));
}

/** How many fields differ; stops counting at `limit`. */
export function distance(before: Fields, after: Fields, limit: number): number {
  let count = 0;
  for (const [field, value] of after) {
    if (before.get(field) !== value && ++count >= limit) return count;
  }
  for (const field of before.keys()) {
    if (!after.has(field) && ++count >= limit) return count;
  }
  return count;
}

/** The names of the fields that differ, sorted. */
export function changedFields(before: Fields, after: Fields): readonly string[] {
  return [...new Set([...before.keys(), ...after.keys()])]
    .filter((field) => before.get(field) !== after.get(field))
    .sort();
}

/** What a stage calls its kind and its inputs. */
export interface StageNames {
  readonly uses: string;
  /** The output that an input comes from, such as `logits.logits`. */
  source(input: string): string | undefined;
}

/** The differing fields, in the order of their names, in readable form. */
export function changesBetween(before: Fields, after: Fields, names: StageNames): readonly FieldChange[] {
  return changedFields(before, after).map((field) => changeInWords(field, before.get(field), after.get(field), names));
}

function changeInWords(
  field: string,
  before: string | undefined,
  after: string | undefined,
  names: StageNames,
): FieldChange {
  const [was, is] = [shortDigest(before, after), shortDigest(after, before)];
  const [part = '', ...rest] = field.split('.');
  const name = rest.join('.');
  switch (part) {
    case 'config':
      return { field: `with.${name}`, before: was, after: is };
    case 'inputs':
      return { field: `input ${names.source(name) ?? name}`, before: was, after: is };
    case 'version':
      return { field: `definition ${names.uses}`, before: was && `version ${was}`, after: is };
    default:
      return { field, before: was, after: is };
  }
}

/**
 * A sha256 in hex, shortened to as many digits as distinguish it from the other value; if only the suffixes of the two differ, with its own.
 * Any other value is unchanged.
 */
function shortDigest(value: string | undefined, other: string | undefined): string | undefined {
  const [[digest, suffix], [otherDigest]] = [digestIn(value), digestIn(other)];
  if (digest === undefined) return value;
  if (digest === otherDigest) return `${digest.slice(0, 4)}…${suffix}`;
  let length = 4;
  while (digest.slice(0, length) === otherDigest?.slice(0, length)) length += 1;
  return `${digest.slice(0, length)}…`;
}

function digestIn(value: string | undefined): readonly (string | undefined)[] {
  return /^"([0-9a-f]{64})([/*]?)"$/u.exec(value ?? '')?.slice(1) ?? [];
}
