import { isJsonObject, type Json, type JsonObject } from '../../json/json.ts';
import type { JsonSchema } from '../../schema/kind.ts';
import type { KeyedConfig } from '../definition.ts';

/**
 * A configuration without the properties that its schema marks `keyed: false`, at any depth. Follows `properties`, `additionalProperties`,
 * `items`, `allOf`, and those branches of `oneOf` and `anyOf` whose constants the value has. Anything else stays: too much in a key costs a
 * run, too little costs a wrong result.
 */
export function keyedConfig(config: JsonObject, schema: JsonSchema): KeyedConfig {
  return keyed(config, schema) as KeyedConfig;
}

/** By schema, because a pipeline asks for every stage, and few parts of a schema mark anything. */
const marking = new WeakMap<object, boolean>();

/** Whether a schema, or any part of it, contains `keyed: false`. */
function marksAnything(schema: object): boolean {
  const known = marking.get(schema);
  if (known !== undefined) return known;
  const marks = Object.entries(schema).some(([name, part]) =>
    typeof part === 'object' && part !== null ? marksAnything(part) : name === 'keyed' && part === false,
  );
  marking.set(schema, marks);
  return marks;
}

function keyed(value: Json, schema: JsonSchema): Json {
  if (!marksAnything(schema)) return value;
  const here = Array.isArray(value)
    ? keyedItems(value, schema)
    : isJsonObject(value)
      ? keyedMembers(value, schema)
      : value;
  return branches(value, schema).reduce(keyed, here);
}

function keyedItems(items: readonly Json[], schema: JsonSchema): Json {
  const itemSchema = asSchema(schema['items']);
  return itemSchema ? items.map((item) => keyed(item, itemSchema)) : items;
}

function keyedMembers(members: JsonObject, schema: JsonSchema): Json {
  const properties = asSchema(schema['properties']) ?? {};
  const others = asSchema(schema['additionalProperties']);
  const kept = Object.entries(members).flatMap(([name, member]): [string, Json][] => {
    const memberSchema = asSchema(Object.hasOwn(properties, name) ? properties[name] : others);
    if (!memberSchema) return [[name, member]];
    return memberSchema['keyed'] === false ? [] : [[name, keyed(member, memberSchema)]];
  });
  return Object.fromEntries(kept);
}

function branches(value: Json, schema: JsonSchema): readonly JsonSchema[] {
  const alternatives = [...schemasOf(schema['oneOf']), ...schemasOf(schema['anyOf'])];
  return [...schemasOf(schema['allOf']), ...alternatives.filter((branch) => hasConstants(value, branch))];
}

/** Whether the branch names at least one constant, and the value has all of them. */
function hasConstants(value: Json, branch: JsonSchema): boolean {
  if (!isJsonObject(value)) return false;
  const constants = Object.entries(asSchema(branch['properties']) ?? {}).flatMap(([name, property]) => {
    const constant = asSchema(property)?.['const'];
    return constant === undefined ? [] : [[name, constant] as const];
  });
  return constants.length > 0 && constants.every(([name, constant]) => value[name] === constant);
}

function schemasOf(list: unknown): readonly JsonSchema[] {
  return Array.isArray(list) ? list.map(asSchema).filter((schema) => schema !== undefined) : [];
}

function asSchema(value: unknown): JsonSchema | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonSchema) : undefined;
}
