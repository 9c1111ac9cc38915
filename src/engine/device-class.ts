import { isJsonObject, type Json, type JsonObject } from '../json/json.ts';

/** Properties of a device that lead to different bytes: docs/reproducibility.md. The name of a CPU is not one, its features are. */
const fields = ['backend', 'version', 'kind', 'features', 'name', 'threads', 'precision', 'steps'] as const;

/** The class of a device by property: two devices of one class compute the same bytes. Empty if there is no device. */
function deviceClass(device: Json | undefined): ReadonlyMap<string, string> {
  if (!isJsonObject(device)) return new Map();
  const isNamed = device['features'] === undefined;
  const own = fields
    .filter((field) => device[field] !== undefined && (field !== 'name' || isNamed))
    .map((field) => [field, inWords(device[field])] as const);
  if (device['kind'] !== 'gpu') return new Map(own);
  return new Map([...own, ['deterministic', String(device['deterministic'] === true)]]);
}

/** The properties in which two devices differ in class. */
export function otherClass(before: JsonObject, now: JsonObject): readonly string[] {
  const [a, b] = [deviceClass(before), deviceClass(now)];
  return [...new Set([...a.keys(), ...b.keys()])].filter((field) => a.get(field) !== b.get(field));
}

/**
 * The class that a result was computed in, by property, from what its stage reported (`ranOn`). If parts were computed in other classes
 * before an interruption, a property that changed has all its values: `2, then 1`.
 */
export function classOf(ranOn: Json | undefined): ReadonlyMap<string, string> {
  if (!isJsonObject(ranOn)) return new Map();
  const earlier = Array.isArray(ranOn['earlier']) ? ranOn['earlier'] : [];
  const parts = [...earlier, ranOn['device']].map(deviceClass);
  const names = new Set(parts.flatMap((part) => [...part.keys()]));
  return new Map([...names].map((name) => [name, courseOf(parts.map((part) => part.get(name)))]));
}

/** Values in their order, where each follows another one: `2, then 1`. */
export function courseOf(values: readonly (string | undefined)[]): string {
  const known = values.filter((value) => value !== undefined);
  return known.filter((value, at) => value !== known[at - 1]).join(', then ');
}

function inWords(value: Json | undefined): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}
