import { describe, expect, expectTypeOf, test } from 'vitest';
import type { JsonSchema } from '../../../src/schema/kind.ts';
import { type ContextOf, defineStage, definitionOf } from '../../../src/stages/define.ts';

const shape = {
  schema: {
    type: 'object',
    required: ['rate'],
    properties: { rate: { type: 'number' }, deep: { type: 'object', properties: { a: { type: 'string' } } } },
  },
  inputs: { data: { summary: 'x' }, extra: { summary: 'x', optional: true } },
  outputs: { model: { file: 'model.bin', summary: 'x' } },
} as const;

test('settings and paths have the types that a stage says', () => {
  type Context = ContextOf<typeof shape>;
  expectTypeOf<Context['config']['rate']>().toEqualTypeOf<number>();
  expectTypeOf<Context['inputs']['data']>().toEqualTypeOf<string>();
  expectTypeOf<Context['inputs']['extra']>().toEqualTypeOf<string | undefined>();
  expectTypeOf<Context['outputs']>().toEqualTypeOf<{ readonly model: string }>();
  defineStage({
    ...shape,
    summary: 'x',
    check({ rate }) {
      expectTypeOf(rate).toEqualTypeOf<number>();
      return [];
    },
    files: ({ deep }) => [deep?.a ?? 'none'],
    async run({ outputs }) {
      // @ts-expect-error there is no such output
      outputs.other;
    },
  });
});

describe('a kind', () => {
  const kindOf = (schema: JsonSchema, more = {}) =>
    definitionOf(defineStage({ ...shape, schema, summary: 'x', run: async () => undefined, ...more }), {
      uses: 'x',
      version: 1,
    });

  test('refuses settings that it does not name, at any depth, unless the schema says otherwise', () => {
    expect(kindOf(shape.schema).config).toMatchObject({
      additionalProperties: false,
      properties: { deep: { additionalProperties: false } },
    });
    expect(kindOf({ ...shape.schema, additionalProperties: true }).config).toMatchObject({
      additionalProperties: true,
    });
    expect(kindOf({ type: 'object' }).config).toEqual({ type: 'object' });
  });

  test('has no source if it takes nothing from outside, and one that joins what it declares to its own', async () => {
    expect(kindOf(shape.schema).source).toBeUndefined();
    const world = { environment: { A: '1' }, directory: import.meta.dirname, digest: async () => 'd' };
    const source = await kindOf(shape.schema, {
      files: ['define.test.ts'],
      environment: ['A', 'B'],
      source: () => ({ facts: async () => ({ own: 1 }), check: async () => [{ path: [], message: 'x' }] }),
    }).source!({}, world);
    expect(await source.facts()).toEqual({
      own: 1,
      files: { 'define.test.ts': 'd' },
      environment: { A: '1', B: null },
    });
    expect(await source.check!()).toHaveLength(1);
    expect(source.fetch).toBeUndefined();
  });
});
