import { readFileSync } from 'node:fs';
import { Ajv } from 'ajv';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { sha256 } from '../../../../src/disk/sha256.ts';
import { canonicalJson } from '../../../../src/engine/key/canonical-json.ts';
import { keyOf } from '../../../../src/engine/key/key.ts';
import { parseRecord, recordIn, writeRecord } from '../../../../src/engine/store/record-file.ts';
import type { Json, JsonObject } from '../../../../src/json/json.ts';

const schema = JSON.parse(
  readFileSync(new URL('../../../../docs/record.schema.json', import.meta.url), 'utf8'),
) as object;
const fitsSchema = new Ajv().compile(schema);

const digest = 'a'.repeat(64);

/** A record of format 1, as it was first written: later versions read it, or refuse it with a sentence. */
const format1 = {
  format: 1,
  key: digest,
  material: { uses: 'train', config: { epochs: 5 } },
  outputs: {
    weights: { digest, bytes: 12, directory: false },
    tool: { digest, bytes: 12, directory: false, executable: true },
    images: { digest, bytes: 0, directory: true },
  },
  metrics: { accuracy: 0.5 },
  provenance: { backend: 'tensorflow' },
  seconds: 1.5,
  finished: '2026-01-02T03:04:05.678Z',
};

test('a record of format 1 is read as it was written', () => {
  expect(parseRecord(JSON.stringify(format1))).toEqual({ record: format1 });
  expect(fitsSchema(format1)).toBe(true);
  const written = JSON.parse(writeRecord(format1)) as Json;
  const self = sha256(canonicalJson(format1));
  expect(written).toEqual({ ...format1, digest: self });
  expect(fitsSchema(written)).toBe(true);
  expect(parseRecord(writeRecord(format1))).toEqual({ record: format1, self });
});

test('every finite number and every text survives in what a record says of itself', () => {
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 3 }), fc.double({ noNaN: true, noDefaultInfinity: true }), (value, number) => {
      const material = { uses: 'test' };
      const key = keyOf(material);
      const record = { ...format1, key, material, metrics: { value: value as Json, number, half: '\ud800' } };
      expect(recordIn(writeRecord(record), key)).toEqual({ record: JSON.parse(JSON.stringify(record)) as unknown });
    }),
  );
});

test.each([
  ['nothing', '', 'it is not JSON'],
  ['a list', '[]', 'it is not a JSON object'],
  ['no format', '{}', 'it does not name its format'],
  ['an older format', '{"format":0}', 'it has format 0, and this version of pipe reads format 1'],
  ['a later format', '{"format":2}', 'it has format 2, and this version of pipe reads format 1'],
  ['no key', '{"format":1}', 'its field "key" is missing or has the wrong shape'],
  ['one field more', JSON.stringify({ ...format1, more: 1 }), 'it has an unknown field "more"'],
])('%s is refused with a reason', (_, text, refusal) => {
  expect(parseRecord(text)).toEqual({ refusal });
});

describe('the JSON Schema and the code', () => {
  const places: readonly (readonly string[])[] = [
    ...Object.keys(format1).map((name) => [name]),
    ...['digest', 'bytes', 'directory', 'executable', 'other'].map((name) => ['outputs', 'tool', name]),
    ['outputs', 'tool'],
    ['other'],
    ['digest'],
  ];
  const values = fc.oneof(
    fc.constantFrom<Json | undefined>(undefined, null, true, 0, -1, 1.5, 2 ** 60, '', digest, 'A'.repeat(64), [], {}),
    fc.constantFrom('2026-01-02T03:04:05Z', '2026-01-02', `${digest}0`),
    fc.jsonValue().map((value) => value as Json),
  );

  function changed(value: JsonObject, [name, ...rest]: readonly string[], to: Json | undefined): JsonObject {
    const { [name!]: before, ...others } = value;
    const after = rest.length === 0 ? to : changed(before as JsonObject, rest, to);
    return after === undefined ? others : { ...others, [name!]: after };
  }

  test('accept and refuse the same records', () => {
    fc.assert(
      fc.property(fc.constantFrom(...places), values, (place, value) => {
        const record = changed(format1, place, value);
        // Through JSON, as a file would be: -0 and the like are not in it.
        const text = JSON.stringify(record);
        expect('record' in parseRecord(text)).toBe(fitsSchema(JSON.parse(text)));
      }),
      { numRuns: 2000 },
    );
  });
});
