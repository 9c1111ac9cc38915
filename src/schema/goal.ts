import { isJsonObject, type JsonObject } from '../json/json.ts';
import { didYouMean } from '../problem/suggest.ts';
import { childOf, type DocumentNode } from './document-node.ts';
import type { Goal } from './pipeline.ts';
import type { ProblemList } from './problem-list.ts';

/** The goal of a document that has the right structure; undefined if it names none. */
export function goalIn({ goal }: JsonObject): Goal | undefined {
  if (!isJsonObject(goal)) return undefined;
  const { metric, best } = goal;
  if (typeof metric !== 'string' || (best !== 'max' && best !== 'min')) return undefined;
  const dot = metric.indexOf('.');
  return { stage: metric.slice(0, dot), metric: metric.slice(dot + 1), best };
}

/** Reports a goal whose stage does not exist. The metrics of a stage are known only after it has run. */
export function checkGoal(
  goal: Goal | undefined,
  stages: Iterable<string>,
  document: DocumentNode,
  problems: ProblemList,
): void {
  const ids = [...stages];
  if (!goal || ids.includes(goal.stage)) return;
  const metric = childOf(childOf(document, 'goal'), 'metric');
  problems.add(`goal.metric: there is no stage "${goal.stage}"`, metric?.origin ?? document.origin, {
    hint: didYouMean(goal.stage, ids) ?? `the stages are: ${ids.join(', ')}`,
  });
}
