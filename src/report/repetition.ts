import { isDeepStrictEqual } from 'node:util';
import { type Graph, type GraphNode, type Plan, variantName } from '../engine/index.ts';
import type { Json } from '../json/json.ts';
import { type Evaluation, evaluationOf } from './robustness.ts';

/** What a model came to in one repetition, and the node that measured it. */
export interface Repetition {
  /** Of the evaluating node: one node that several repetitions share was measured once. */
  readonly node: string;
  readonly evaluation: Evaluation;
}

/** A model in every repetition that has a result, by the repetition's value, e.g. the seed. */
export interface RepeatedModel {
  /** The evaluating stage, with the swept values that set it apart besides the repetition. */
  readonly name: string;
  readonly repetitions: ReadonlyMap<Json, Repetition>;
}

/** A model beside the one it is compared against. */
export interface ComparedModel extends RepeatedModel {
  /** Undefined for the model that the others are compared against. */
  readonly against: RepeatedModel | undefined;
}

/** What a store holds of a repeated experiment. */
export interface RepeatedExperiment {
  /** In the order of the graph. */
  readonly models: readonly ComparedModel[];
  /** The evaluations that are not known yet, by node. */
  readonly missing: readonly string[];
}

/**
 * The evaluated models of a plan over the values of the swept path `over`, each beside what the stage `baseline` came to under the
 * same other swept values. A stage that some of those do not touch is one model under all of them.
 */
export function repeatedExperiment(graph: Graph, plan: Plan, over: string, baseline: string): RepeatedExperiment {
  const evaluations = evaluationsOf(plan);
  const found = new Map<string, Found>();
  for (const node of graph.nodes.values()) {
    const evaluation = evaluations.get(node.id);
    if (!evaluation) continue;
    for (const variant of node.variants) {
      const { [over]: value = null, ...others } = variant;
      const name = variantName(node.stage.id, others, Object.keys(others), Object.keys(variant));
      const model = found.get(name) ?? { name, stage: node.stage.id, others, repetitions: new Map() };
      found.set(name, model);
      model.repetitions.set(value, { node: node.id, evaluation });
    }
  }
  const all = [...found.values()];
  const merged = mergeTwins(all);
  const models = [...new Set(merged.values())].map((model): ComparedModel => {
    const sameOthers = all.find(({ stage, others }) => stage === baseline && isDeepStrictEqual(others, model.others));
    return { ...model, against: model.stage === baseline ? undefined : sameOthers && merged.get(sameOthers) };
  });
  return { models, missing: missingOf(graph, plan, evaluations) };
}

interface Found extends RepeatedModel {
  readonly stage: string;
  readonly others: GraphNode['variants'][number];
  readonly repetitions: Map<Json, Repetition>;
}

function evaluationsOf({ stages }: Plan): ReadonlyMap<string, Evaluation> {
  return new Map(
    stages.flatMap(({ id, forecast }) => {
      const evaluation = forecast.state === 'hit' ? evaluationOf(forecast.record.metrics) : undefined;
      return evaluation ? [[id, evaluation] as const] : [];
    }),
  );
}

/** Each model, or, of several that were measured by the same nodes, the first under its stage's own name. */
function mergeTwins(models: readonly Found[]): ReadonlyMap<Found, Found> {
  const groups = new Map<string, Found[]>();
  for (const model of models) {
    const nodes = [...model.repetitions.values()].map(({ node }) => node);
    const identity = JSON.stringify([model.stage, ...nodes]);
    groups.set(identity, [...(groups.get(identity) ?? []), model]);
  }
  return new Map(
    [...groups.values()].flatMap((twins) => {
      const one = twins.length > 1 ? { ...twins[0]!, name: twins[0]!.stage } : twins[0]!;
      return twins.map((twin) => [twin, one] as const);
    }),
  );
}

/** Nodes without a result that are of the same kind as those that evaluated something. */
function missingOf(graph: Graph, { stages }: Plan, evaluations: ReadonlyMap<string, Evaluation>): readonly string[] {
  const usesOf = (id: string) => graph.nodes.get(id)!.definition.uses;
  const kinds = new Set([...evaluations.keys()].map(usesOf));
  return stages.filter(({ id, forecast }) => forecast.state !== 'hit' && kinds.has(usesOf(id))).map(({ id }) => id);
}
