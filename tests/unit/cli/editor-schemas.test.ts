import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Ajv } from 'ajv';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { editorSchemas } from '../../../src/cli/editor-schemas.ts';
import type { JsonSchema } from '../../../src/schema/index.ts';

const pipelines = fileURLToPath(new URL('../../../pipelines', import.meta.url));
const schemas = editorSchemas();
const validators = Object.entries(schemas).map(
  ([name, schema]) => [name, new Ajv({ strict: false, allErrors: true }).compile(schema)] as const,
);
const validatorOf = new Map(validators);

test.each(Object.entries(schemas))(
  'pipelines/%s is what the code says: else, npm run schema',
  (name, schema: JsonSchema) => {
    expect(JSON.parse(readFileSync(join(pipelines, name), 'utf8'))).toEqual(schema);
  },
);

describe.each(readdirSync(pipelines, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.yaml')))(
  '%s',
  (file) => {
    const text = readFileSync(join(pipelines, file), 'utf8');
    const [, schema = ''] = /^# yaml-language-server: \$schema=(\S+)\n/u.exec(text) ?? [];

    test('names its schema in its first line, and editors find nothing wrong with it', () => {
      const name = join(dirname(file), schema);
      const validate = validatorOf.get(name);
      expect(validate, `"${name}" should be one of ${[...validatorOf.keys()]}`).toBeDefined();
      expect(validate!(parse(text)), JSON.stringify(validate!.errors)).toBe(true);
    });
  },
);

test('an overlay may leave out and take away, but not misspell', () => {
  const validate = validatorOf.get('overlay.schema.json')!;
  expect(validate({ stages: { logits: null, student: { needs: { logits: null }, retries: 2 } } })).toBe(true);
  expect(validate({ stages: { student: { need: {} } } })).toBe(false);
  expect(validate({ stage: {} })).toBe(false);
  expect(validate({ stages: { student: { retries: 'twice' } } })).toBe(false);
});
