import { expectTypeOf, test } from 'vitest';
import type { Json } from '../../../src/json/json.ts';
import { typed, type ValueOf } from '../../../src/schema/value-of.ts';

const schema = {
  type: 'object',
  required: ['seed', 'kind'],
  properties: {
    seed: { type: 'integer' },
    rate: { type: 'number', default: 0.1 },
    name: { type: 'string' },
    kind: { enum: ['a', 'b'] },
    fixed: { const: 7 },
    list: { type: 'array', items: { type: 'boolean' }, default: [] },
    inner: { type: 'object', required: ['x'], properties: { x: { type: 'null' } } },
    map: { type: 'object', additionalProperties: { type: 'string' }, default: {} },
    either: { oneOf: [{ type: 'string' }, { type: 'integer' }] },
    many: { type: ['string', 'null'] },
    ours: typed<{ readonly mine: true }>({}),
    unknown: {},
  },
} as const;

test('a value has the type that its schema says, and what has a default is there', () => {
  type Value = ValueOf<typeof schema>;
  expectTypeOf<Value['seed']>().toEqualTypeOf<number>();
  expectTypeOf<Value['rate']>().toEqualTypeOf<number>();
  expectTypeOf<Value['name']>().toEqualTypeOf<string | undefined>();
  expectTypeOf<Value['kind']>().toEqualTypeOf<'a' | 'b'>();
  expectTypeOf<Value['fixed']>().toEqualTypeOf<7 | undefined>();
  expectTypeOf<Value['list']>().toEqualTypeOf<readonly boolean[]>();
  expectTypeOf<Value['inner']>().toEqualTypeOf<{ readonly x: null } | undefined>();
  expectTypeOf<Value['map']>().toEqualTypeOf<Readonly<Record<string, string>>>();
  expectTypeOf<Value['either']>().toEqualTypeOf<string | number | undefined>();
  expectTypeOf<Value['many']>().toEqualTypeOf<string | null | undefined>();
  expectTypeOf<Value['ours']>().toEqualTypeOf<{ readonly mine: true } | undefined>();
  expectTypeOf<Value['unknown']>().toEqualTypeOf<Json | undefined>();
});
