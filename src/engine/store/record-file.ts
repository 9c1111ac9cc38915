import { sha256 } from '../../disk/sha256.ts';
import { isJsonObject, type Json, type JsonObject } from '../../json/json.ts';
import { parseJson } from '../../json/parse-json.ts';
import { UserError } from '../../problem/errors.ts';
import { canonicalJson } from '../key/canonical-json.ts';
import { keyOfText } from '../key/key.ts';
import type { OutputRecord, StageRecord } from '../record.ts';
import { storeNames } from './names.ts';

/** The format of records that this code writes, and the only one that it reads; docs/record.schema.json describes it. */
export const RECORD_FORMAT = 1;

const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/;

/** A record and its own digest, or one clause on why a text is not a record. */
export type ParsedRecord = { readonly record: StageRecord; readonly self?: string } | { readonly refusal: string };

/** The field with the sha256 of the canonical JSON of all others. */
const SELF = 'digest';

/** Text of a record's file: the record, and the sha256 of its own canonical JSON, which reveals accidents and manual edits. */
export function writeRecord(record: StageRecord): string {
  // As it will be read: JSON has no -0, for example.
  const plain = parseJson(JSON.stringify(record)) as JsonObject;
  return `${JSON.stringify({ ...plain, [SELF]: digestOf(plain) }, null, 1)}\n`;
}

/** Reads the text of a record's file. Without a validator library, whose start-up would cost more than all lookups of a run. */
export function parseRecord(text: string): ParsedRecord {
  const value = parseJson(text);
  if (value === undefined) return { refusal: 'it is not JSON' };
  if (!isJsonObject(value)) return { refusal: 'it is not a JSON object' };
  if (value['format'] !== RECORD_FORMAT) {
    return typeof value['format'] === 'number'
      ? { refusal: `it has format ${value['format']}, and this version of pipe reads format ${RECORD_FORMAT}` }
      : { refusal: 'it does not name its format' };
  }
  // Records from before this field existed have no digest of their own.
  const { [SELF]: self, ...record } = value;
  const wrong = Object.entries(FIELDS).find(([name, fits]) => !fits(record[name]));
  if (wrong !== undefined) return { refusal: `its field "${wrong[0]}" is missing or has the wrong shape` };
  if (self !== undefined && !isDigest(self)) return { refusal: `its field "${SELF}" has the wrong shape` };
  const unknown = Object.keys(record).find((name) => !(name in FIELDS));
  if (unknown !== undefined) return { refusal: `it has an unknown field "${unknown}"` };
  return { record: record as unknown as StageRecord, ...(self !== undefined && { self: self as string }) };
}

/** The record of a key in a text that passes all checks, or why it is invalid. */
export function recordIn(text: string, key: string): { readonly record: StageRecord } | { readonly refusal: string } {
  const parsed = parseRecord(text);
  if ('refusal' in parsed) return parsed;
  const { record, self } = parsed;
  if (record.key !== key) return { refusal: `it is the record of another key, ${record.key}` };
  const material = textOf(record.material);
  // Encoded once for both digests: encoding records is most of the work of a run that reuses everything.
  const known = new Map(material === undefined ? [] : [[record.material, material]]);
  if (self !== undefined && digestOf(record as unknown as JsonObject, known) !== self) {
    return { refusal: 'it was changed after it was written: its digest does not match' };
  }
  if (material === undefined || keyOfText(material) !== key)
    return { refusal: 'its key does not match its key material' };
  return { record };
}

/** The canonical JSON of key material; undefined if it has none. */
function textOf(material: JsonObject): string | undefined {
  try {
    return canonicalJson(material);
  } catch (error) {
    if (error instanceof UserError) return undefined;
    throw error;
  }
}

function digestOf(record: JsonObject, known: ReadonlyMap<object, string> = new Map()): string {
  return sha256(canonicalJson(record, { lenient: true, known }));
}

const isDigest = (value: Json | undefined) => typeof value === 'string' && storeNames.digest.test(value);
const isCount = (value: Json | undefined) => Number.isSafeInteger(value) && (value as number) >= 0;

const FIELDS: Readonly<Record<keyof StageRecord, (value: Json | undefined) => boolean>> = {
  format: (value) => value === RECORD_FORMAT,
  key: isDigest,
  material: isJsonObject,
  outputs: (value) => isJsonObject(value) && Object.values(value).every(isOutput),
  metrics: isJsonObject,
  provenance: isJsonObject,
  seconds: (value) => typeof value === 'number' && value >= 0,
  finished: (value) => typeof value === 'string' && TIME.test(value),
};

const OUTPUT_FIELDS: Readonly<Record<keyof OutputRecord, (value: Json | undefined) => boolean>> = {
  digest: isDigest,
  bytes: isCount,
  directory: (value) => typeof value === 'boolean',
  executable: (value) => value === undefined || typeof value === 'boolean',
};

function isOutput(value: Json): boolean {
  if (!isJsonObject(value)) return false;
  const output: JsonObject = value;
  return (
    Object.entries(OUTPUT_FIELDS).every(([name, fits]) => fits(output[name])) &&
    Object.keys(output).every((name) => name in OUTPUT_FIELDS)
  );
}
