import { readFileSync } from 'node:fs';
import { isJsonObject, type Json, type JsonObject } from '../../json/json.ts';
import type { OutputRecord, StageRecord } from '../record.ts';
import { ifThere } from './failure.ts';
import { parseJson } from './json-text.ts';

/** The format of records this code writes, and the only one it reads; its shape is docs/record.schema.json. */
export const RECORD_FORMAT = 1;

const DIGEST = /^[0-9a-f]{64}$/;
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/;

/** A record, or one sentence on why a text is none. */
export type ParsedRecord = { readonly record: StageRecord } | { readonly refusal: string };

/** Text of a record's file; the same for equal records. */
export function writeRecord(record: StageRecord): string {
  return `${JSON.stringify(record, null, 1)}\n`;
}

/** Reads the text of a record's file; by hand, because a validator's start-up would cost more than all lookups of a run. */
export function parseRecord(text: string): ParsedRecord {
  const value = parseJson(text);
  if (value === undefined) return { refusal: 'it is not JSON' };
  if (!isJsonObject(value)) return { refusal: 'it is not a JSON object' };
  if (value['format'] !== RECORD_FORMAT) {
    return typeof value['format'] === 'number'
      ? { refusal: `it has format ${value['format']}, and this version of pipe reads format ${RECORD_FORMAT}` }
      : { refusal: 'it does not say which format it has' };
  }
  const wrong = Object.entries(FIELDS).find(([name, fits]) => !fits(value[name]));
  if (wrong !== undefined) return { refusal: `its field "${wrong[0]}" is missing or has the wrong shape` };
  const unknown = Object.keys(value).find((name) => !(name in FIELDS));
  if (unknown !== undefined) return { refusal: `it has an unknown field "${unknown}"` };
  return { record: value as unknown as StageRecord };
}

/** The record in a file; undefined where there is no file. */
export function readRecord(path: string): ParsedRecord | undefined {
  const text = ifThere(() => readFileSync(path, 'utf8'));
  return text === undefined ? undefined : parseRecord(text);
}

const isDigest = (value: Json | undefined) => typeof value === 'string' && DIGEST.test(value);
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
