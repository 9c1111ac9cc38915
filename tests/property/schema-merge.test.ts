import fc from 'fast-check';
import { expect, test } from 'vitest';
import { isJsonObject, type Json } from '../../src/json/json.ts';
import { type DocumentNode, toJson } from '../../src/schema/document-node.ts';
import { mergePatch } from '../../src/schema/merge.ts';

/** The algorithm of RFC 7386, section 2, word for word. */
function reference(target: Json | undefined, patch: Json): Json {
  if (!isJsonObject(patch)) return patch;
  const result: Record<string, Json> = isJsonObject(target) ? { ...target } : {};
  for (const [name, value] of Object.entries(patch)) {
    if (value === null) delete result[name];
    else result[name] = reference(result[name], value);
  }
  return result;
}

/** A tree whose every value says which layer wrote it. */
function nodeOf(value: Json, layer: string): DocumentNode {
  const origin = { option: layer };
  if (Array.isArray(value)) return { kind: 'list', items: value.map((item) => nodeOf(item, layer)), origin };
  if (typeof value === 'object' && value !== null) {
    const entries = Object.entries(value).map(
      ([key, item]) => [key, { key: origin, value: nodeOf(item, layer) }] as const,
    );
    return { kind: 'map', entries: new Map(entries), origin };
  }
  return { kind: 'scalar', value: value as string | number | boolean | null, origin };
}

const key = fc.constantFrom('a', 'b', 'c', 'constructor');
const { document, object } = fc.letrec<{ document: Json; object: Json }>((tie) => ({
  document: fc.oneof(
    { maxDepth: 4 },
    fc.constantFrom<Json>(null, 1, 2, 'x', true),
    tie('object'),
    fc.array(tie('document'), { maxLength: 2 }),
  ),
  object: fc.dictionary(key, tie('document'), { maxKeys: 4, noNullPrototype: true }),
}));

const merged = (target: Json, patch: Json) =>
  mergePatch(nodeOf(target, 'base'), nodeOf(patch, 'patch'), () => undefined);
const runs = { numRuns: 2000 };

test('merging is what RFC 7386 says', () => {
  fc.assert(
    fc.property(document, document, (target, patch) => {
      expect(toJson(merged(target, patch))).toEqual(reference(target, patch));
    }),
    runs,
  );
});

test('merging twice is merging once, and an empty patch changes nothing', () => {
  fc.assert(
    fc.property(object, object, (target, patch) => {
      const once = toJson(merged(target, patch));
      expect(toJson(merged(once, patch))).toEqual(once);
      expect(toJson(merged(target, {}))).toEqual(target);
    }),
    runs,
  );
});

test('merging changes neither argument', () => {
  fc.assert(
    fc.property(document, document, (target, patch) => {
      const [below, above] = [nodeOf(target, 'base'), nodeOf(patch, 'patch')];
      mergePatch(below, above, () => undefined);
      expect(below).toEqual(nodeOf(target, 'base'));
      expect(above).toEqual(nodeOf(patch, 'patch'));
    }),
    runs,
  );
});

test('each value keeps the place of its last writer', () => {
  const writers = (node: DocumentNode, patch: Json | undefined): void => {
    const isPatched = patch !== undefined;
    if (node.kind === 'scalar' || node.kind === 'list') {
      expect(node.origin).toEqual({ option: isPatched ? 'patch' : 'base' });
      return;
    }
    if (node.kind !== 'map') return;
    const patches = typeof patch === 'object' && patch !== null && !Array.isArray(patch) ? patch : {};
    for (const [name, { value }] of node.entries)
      writers(value, Object.hasOwn(patches, name) ? patches[name as never] : undefined);
  };
  fc.assert(
    fc.property(object, object, (target, patch) => {
      writers(merged(target, patch), patch);
    }),
    runs,
  );
});

test('what a patch deletes or merges without effect is told, once each', () => {
  fc.assert(
    fc.property(object, object, (target, patch) => {
      const idle: string[] = [];
      mergePatch(nodeOf(target, 'base'), nodeOf(patch, 'patch'), (what, path) =>
        idle.push(`${what} ${path.join('.')}`),
      );
      expect(new Set(idle).size).toBe(idle.length);
      const changes = JSON.stringify(reference(target, patch)) !== JSON.stringify(target);
      if (!changes && Object.values(patch as object).every((value) => value === null)) {
        expect(idle).toHaveLength(Math.max(1, Object.keys(patch as object).length));
      }
    }),
    runs,
  );
});
