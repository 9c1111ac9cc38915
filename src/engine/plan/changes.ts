import { isJsonObject, type Json, type JsonObject } from '../../json/json.ts';
import type { GraphNode } from '../graph/graph.ts';
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

/** The differing fields, in the order of their names, in readable form. */
export function changesBetween(before: Fields, after: Fields, node: GraphNode): readonly FieldChange[] {
  return changedFields(before, after).map((field) => changeInWords(field, before.get(field), after.get(field), node));
}

function changeInWords(
  field: string,
  before: string | undefined,
  after: string | undefined,
  node: GraphNode,
): FieldChange {
  const [was, is] = [shortDigest(before, after), shortDigest(after, before)];
  const [part = '', ...rest] = field.split('.');
  const name = rest.join('.');
  switch (part) {
    case 'config':
      return { field: `with.${name}`, before: was, after: is };
    case 'inputs': {
      const edge = node.inputs[name];
      return { field: `input ${edge ? `${edge.node}.${edge.output}` : name}`, before: was, after: is };
    }
    case 'version':
      return { field: `definition ${node.definition.uses}`, before: was && `version ${was}`, after: is };
    default:
      return { field, before: was, after: is };
  }
}

/** A sha256 in hex, shortened to as many digits as distinguish it from the other value; any other value unchanged. */
function shortDigest(value: string | undefined, other: string | undefined): string | undefined {
  const [digest, otherDigest] = [hexOf(value), hexOf(other)];
  if (digest === undefined) return value;
  let length = 4;
  while (length < digest.length && digest.slice(0, length) === otherDigest?.slice(0, length)) length += 1;
  return `${digest.slice(0, length)}…`;
}

function hexOf(value: string | undefined): string | undefined {
  return value === undefined ? undefined : /^"([0-9a-f]{64})[/*]?"$/.exec(value)?.[1];
}
