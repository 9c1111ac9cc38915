import type { Origin } from '../problem/problem.ts';
import { renderOrigin } from '../problem/render.ts';
import type { DocumentNode } from './document-node.ts';
import type { ProblemList } from './problem-list.ts';

/** Reports a key that is needed at `usedAt` and that an overlay or an option removed; false if none did. */
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
