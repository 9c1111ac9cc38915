import type { Verification } from '../engine/store/index.ts';
import { count, size } from './units.ts';

/** The result of a verification, and what to do about it. */
export function verificationText(found: Verification, isRepaired: boolean): string {
  const { damagedObjects, refusedRecords } = found;
  const looked = `${count(found.records)} results, ${count(found.objects)} objects, ${size(found.bytes)}`;
  if (damagedObjects.length + refusedRecords.length === 0) return `${looked}: all intact\n`;
  const lines = [
    ...damagedObjects.flatMap(({ path, damage, neededBy }) => [
      `${damage}: ${path}`,
      ...neededBy.map(({ key, output, uses }) => `  is ${output} of ${uses}, key ${key.slice(0, 12)}`),
    ]),
    ...refusedRecords.map(({ path, refusal }) => `invalid record: ${path}\n  ${refusal}`),
  ];
  const broken = damagedObjects.length + refusedRecords.length;
  const next = isRepaired
    ? 'removed: the next run recomputes them'
    : 'pipe verify --repair removes them, and the next run recomputes them';
  return `${lines.join('\n')}\n\n${looked}: ${broken} damaged\n${next}\n`;
}
