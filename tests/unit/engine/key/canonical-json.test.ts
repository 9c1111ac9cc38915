import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { canonicalJson } from '../../../../src/engine/key/canonical-json.ts';
import type { Json } from '../../../../src/json/json.ts';
import { UserError } from '../../../../src/problem/errors.ts';

/** JSON values whose numbers canonical JSON accepts. */
const json = fc.jsonValue({ noUnicodeString: false }).filter((value) => {
  try {
    canonicalJson(value as Json);
    return true;
  } catch {
    return false;
  }
});

describe('canonicalJson', () => {
  test('sorts names by code unit at every depth and leaves no white space', () => {
    expect(canonicalJson({ b: 1, a: { d: [true, null], c: 'x' }, B: 2, é: 3, '𝄞': 4, '\uffee': 5 })).toBe(
      '{"B":2,"a":{"c":"x","d":[true,null]},"b":1,"é":3,"𝄞":4,"\uffee":5}',
    );
  });

  test('writes numbers in their shortest form and tells -0 from 0', () => {
    expect(canonicalJson([1e3, 0.1, 1e-7, 1.5e300 / 1e290, -0, 0])).toBe('[1000,0.1,1e-7,15000000000,-0,0]');
    expect(Object.is(JSON.parse(canonicalJson(-0)), -0)).toBe(true);
  });

  test.each([
    ['NaN', { a: [Number.NaN] }, 'NaN (at a.0)'],
    ['Infinity', { a: Number.POSITIVE_INFINITY }, 'Infinity (at a)'],
    ['-Infinity', Number.NEGATIVE_INFINITY, '-Infinity (at the value itself)'],
    ['undefined', { a: { b: undefined } }, 'undefined (at a.b)'],
    ['a hole', { a: new Array(1) }, 'undefined (at a.0)'],
    ['a lone surrogate', { a: '\ud800' }, 'surrogate pair (at a)'],
    ['a lone surrogate in a name', { '\udc00': 1 }, 'surrogate pair'],
    ['a date', { a: new Date(0) }, 'a value of type Date (at a)'],
    ['a map', new Map(), 'a value of type Map'],
    ['a bigint', 1n, 'a value of type bigint'],
    ['a function', () => 1, 'a value of type function'],
  ])('refuses %s and says where', (_what, value, message) => {
    const encode = () => canonicalJson(value as Json);
    expect(encode).toThrow(UserError);
    expect(encode).toThrow(message);
  });

  test('keeps every finite number apart from every other; a key has only exact ones', () => {
    const large = [2.5e18, 2 ** 53, -1e30, 1e300, Number.MAX_VALUE];
    expect(JSON.parse(canonicalJson(large, { lenient: true }))).toEqual(large);
    for (const value of large) expect(() => canonicalJson({ a: value })).toThrow(/beyond 2\^53 .* \(at a\)/u);
    expect(canonicalJson({ a: Number.MAX_SAFE_INTEGER, b: 0.1, c: 5e-324 })).toBe(
      '{"a":9007199254740991,"b":0.1,"c":5e-324}',
    );
  });

  test('carries a name like __proto__ as any other', () => {
    const value = JSON.parse('{"__proto__":{"a":1}}') as Json;
    expect(canonicalJson(value)).toBe('{"__proto__":{"a":1}}');
  });

  test('is read back by JSON.parse to an equal value', () => {
    fc.assert(
      fc.property(json, (value) => {
        expect(JSON.parse(canonicalJson(value as Json))).toEqual(value);
      }),
    );
  });

  test('does not depend on the order in which members were added', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), json), (members) => {
        const reversed = Object.fromEntries(Object.entries(members).reverse());
        expect(canonicalJson(reversed as Json)).toBe(canonicalJson(members as Json));
      }),
    );
  });
});
