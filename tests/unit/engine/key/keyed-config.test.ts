import { describe, expect, test } from 'vitest';
import { keyedConfig } from '../../../../src/engine/key/keyed-config.ts';
import type { JsonObject } from '../../../../src/json/json.ts';

const unkeyed = { type: 'string', keyed: false };

describe('keyedConfig', () => {
  test('leaves out what is marked, at any depth, in lists and under any name', () => {
    const schema = {
      properties: {
        path: unkeyed,
        keep: { type: 'string' },
        nested: { properties: { path: unkeyed, keep: {} } },
        list: { items: { properties: { path: unkeyed } } },
        named: { additionalProperties: { properties: { path: unkeyed } } },
      },
    };
    const config = {
      path: '/a',
      keep: 'x',
      nested: { path: '/b', keep: 1 },
      list: [{ path: '/c', n: 1 }, { n: 2 }],
      named: { one: { path: '/d', n: 3 } },
      undeclared: { path: '/e' },
    };
    expect(keyedConfig(config, schema)).toEqual({
      keep: 'x',
      nested: { keep: 1 },
      list: [{ n: 1 }, { n: 2 }],
      named: { one: { n: 3 } },
      undeclared: { path: '/e' },
    });
  });

  test('follows allOf, and of oneOf and anyOf the branch whose constants the value has', () => {
    const branch = (kind: string, extra: object) => ({ properties: { kind: { const: kind }, ...extra } });
    const schema = {
      allOf: [{ properties: { workers: { keyed: false } } }],
      oneOf: [branch('folder', { directory: unkeyed }), branch('archive', {})],
    };
    expect(keyedConfig({ kind: 'folder', directory: '/x', workers: 2 }, schema)).toEqual({ kind: 'folder' });
    expect(keyedConfig({ kind: 'archive', directory: '/x' }, schema)).toEqual({ kind: 'archive', directory: '/x' });
  });

  test.each(['oneOf', 'anyOf'])('follows a branch of %s only if the value has all its constants', (word) => {
    const branch = { properties: { kind: { const: 'a' }, format: { const: 1 }, path: unkeyed } };
    const of = (value: JsonObject) => keyedConfig(value, { [word]: [branch] });
    expect(of({ kind: 'a', format: 1, path: '/x' })).toEqual({ kind: 'a', format: 1 });
    for (const value of [
      { kind: 'a', format: 2, path: '/x' },
      { kind: 'a', path: '/x' },
    ])
      expect(of(value)).toEqual(value);
  });

  test('takes a name that every object inherits like any other', () => {
    const schema = { properties: { keep: {} }, additionalProperties: unkeyed };
    expect(keyedConfig({ keep: 1, constructor: 'x', toString: 'y' }, schema)).toEqual({ keep: 1 });
  });

  test('keeps what only a branch without constants would leave out', () => {
    const schema = { anyOf: [{ properties: { path: unkeyed } }] };
    expect(keyedConfig({ path: '/x' }, schema)).toEqual({ path: '/x' });
  });
});
