import type { Origin } from '../problem/problem.ts';
import { renderOrigin } from '../problem/render.ts';
import type { DocumentNode } from './document-node.ts';
import type { ProblemList } from './problem-list.ts';

/** Where an overlay or an option took away a key that is missed at `usedAt`, reports that; false if none did. */
export function reportRemoved(
  holder: DocumentNode | undefined,
  key: string,
  path: string,
  usedAt: Origin,
  problems: ProblemList,
): boolean {
  const origin = holder?.kind === 'map' ? holder.removed?.get(key) : undefined;
  if (!origin) return false;
  problems.add(`${path} is removed, but still used`, origin, { hint: `it is used at ${renderOrigin(usedAt)}` });
  return true;
}
