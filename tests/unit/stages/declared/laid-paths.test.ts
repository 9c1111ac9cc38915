import fc from 'fast-check';
import { expect, test } from 'vitest';
import { isWithin } from '../../../../src/schema/path-below.ts';
import { checkLaidPaths, type LaidPath } from '../../../../src/stages/declared/laid-paths.ts';

const kinds = ['file', 'input', 'output', 'metrics file'] as const;
const path = fc
  .array(fc.constantFrom('a', 'b', 'ab', '.'), { minLength: 1, maxLength: 4 })
  .map((names) => ['a', ...names].join('/'));
const laidPaths = fc.array(fc.record({ kind: fc.constantFrom(...kinds), path }), { maxLength: 12 });

/** Metrics may be in an output, and a file that is named twice is one file. */
function mayOverlap(one: LaidPath, other: LaidPath): boolean {
  const pair = [one.kind, other.kind].sort().join();
  return ['file,file', 'metrics file,metrics file', 'metrics file,output'].includes(pair);
}

test('each path is compared with all before it, and the first that it overlaps is named', () => {
  fc.assert(
    fc.property(laidPaths, (paths) => {
      const laid = paths.map((one, at): LaidPath => ({ ...one, name: `n${at}`, setting: [String(at)] }));
      const expected = laid.flatMap((one, at) => {
        const other = laid
          .slice(0, at)
          .find((each) => !mayOverlap(one, each) && (isWithin(one.path, each.path) || isWithin(each.path, one.path)));
        return other ? [[String(at), other.name]] : [];
      });
      const found = checkLaidPaths(laid).map(({ path: [at], message }) => {
        const named = [...message.matchAll(/n\d+/gu)].map(([name]) => name).find((name) => name !== `n${at}`);
        return [at, named];
      });
      expect(found).toEqual(expected);
    }),
  );
});
