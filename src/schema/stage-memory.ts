import { childOf, entriesOf, type Node, textOf } from './node.ts';
import type { ProblemList } from './problem-list.ts';
import { bytesOf } from './size.ts';

/** Reports each stage that takes more memory than all stages may take together: it could never run as the pipeline wants it. */
export function checkStageMemory(document: Node, problems: ProblemList): void {
  const limit = textOf(childOf(document, 'memory'));
  if (limit === undefined) return;
  for (const [id, { value }] of entriesOf(childOf(document, 'stages'))) {
    const memory = childOf(value, 'memory');
    const taken = textOf(memory);
    if (!memory || taken === undefined || !(bytesOf(taken) > bytesOf(limit))) continue;
    problems.add(`stages.${id}.memory is more than the ${limit} of all stages together, got ${taken}`, memory.origin, {
      hint: 'lower it, or raise memory at the top of the pipeline',
    });
  }
}
