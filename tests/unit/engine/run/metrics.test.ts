import { expect, test } from 'vitest';
import { plainMetrics } from '../../../../src/engine/run/metrics.ts';

test('every finite number is kept, and whatever else JSON holds', () => {
  const metrics = {
    large: 2.5e18,
    small: 5e-324,
    most: Number.MAX_VALUE,
    negative: -0,
    name: 'x',
    nested: { list: [1, null, true] },
  };
  expect(plainMetrics(metrics)).toEqual({ metrics, warnings: [] });
  expect(JSON.parse(JSON.stringify(plainMetrics({ large: 2.5e18 }).metrics))).toEqual({ large: 2.5e18 });
});

test.each<[string, unknown, object, readonly string[]]>([
  ['NaN', { a: Number.NaN }, { a: null }, ['its metric "a" is NaN, and is kept as null']],
  [
    'an infinity inside',
    { a: { b: [1, -Infinity] } },
    { a: { b: [1, null] } },
    ['its metric "a.b.1" is -Infinity, and is kept as null'],
  ],
  [
    'many of them',
    { a: Number.NaN, b: Number.NaN },
    { a: null, b: null },
    ['its metric "a" (and 1 more) is NaN, and is kept as null'],
  ],
  ['what is not there', { a: undefined }, { a: null }, ['its metric "a" is not there, and is kept as null']],
  ['a function', { a: () => 1 }, { a: null }, ['its metric "a" is of type function, and is kept as null']],
  [
    'a large whole number of its own type',
    { a: 10n, b: 2n ** 70n },
    { a: 10, b: null },
    ['its metric "b" is of type bigint, and is kept as null'],
  ],
  ['numbers of a typed array', { a: Float32Array.of(0.5, 2) }, { a: [0.5, 2] }, []],
  ['half of a surrogate pair', { '\ud800': '\udfff' }, { '\ufffd': '\ufffd' }, []],
  ['no object', [1, 2], {}, ['its metrics are not an object of names and values, and are not kept']],
  ['nothing', undefined, {}, []],
])('of %s what can be kept is kept', (_, reported, metrics, warnings) => {
  expect(plainMetrics(reported)).toEqual({ metrics, warnings });
});

test('what holds itself ends', () => {
  const circle: Record<string, unknown> = { a: 1 };
  circle['self'] = circle;
  const { metrics, warnings } = plainMetrics(circle);
  expect(metrics).toMatchObject({ a: 1, self: { a: 1 } });
  expect(warnings).toEqual(['its metric "self" is too deep, and is kept as null']);
});
