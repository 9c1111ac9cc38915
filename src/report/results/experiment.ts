import { type StageSummary, variantName } from '../../engine/index.ts';
import type { Json } from '../../json/json.ts';

/** The swept values of a model, except the repetitions, by path. */
export type Setting = Readonly<Record<string, Json>>;

/** A stage with some swept values, in every repetition that has a result. */
export interface Model {
  /** `train{lr=0.1}`: the stage, with the swept values that distinguish it, except the repetition. */
  readonly name: string;
  /** The stage's id in the pipeline file. */
  readonly stage: string;
  readonly setting: Setting;
  /** By the value of the repetition, e.g. the seed; a result that several repetitions share is the same object in all of them. */
  readonly repetitions: ReadonlyMap<Json, StageSummary>;
  /** Repetitions that failed or did not run, in the same way. */
  readonly unfinished: ReadonlyMap<Json, StageSummary>;
}

/** The path whose values repeat an experiment rather than change it: the one with a seed in its name. */
export function repeatedPathIn(paths: readonly string[]): string | undefined {
  return paths.find((path) => /(?:^|[._-])seed$|[a-z]Seed$/u.test(path));
}

/** The paths that are swept, in the order of the pipeline. */
export function sweptPaths(stages: readonly StageSummary[]): readonly string[] {
  return Object.keys(stages.find(({ variants }) => variants.length > 0)?.variants[0] ?? {});
}

/**
 * The stages with a result, each once for every setting of the swept paths except `over`, whose values are its repetitions. A stage that
 * some of the paths do not affect is one model for all of their values, named by the paths that do affect it.
 */
export function modelsOf(stages: readonly StageSummary[], over: string | undefined): readonly Model[] {
  return plannedModels(stages, over).filter(({ repetitions }) => repetitions.size > 0);
}

/** The same, with those that have no result at all. */
export function plannedModels(stages: readonly StageSummary[], over: string | undefined): readonly Model[] {
  const all = sweptPaths(stages);
  const paths = all.filter((path) => path !== over);
  return [...byStage(stages)].flatMap(([stage, nodes]) => {
    const touching = touchingPaths(nodes, paths);
    const models = new Map<string, Model & Record<'repetitions' | 'unfinished', Map<Json, StageSummary>>>();
    for (const node of nodes) {
      for (const variant of node.variants) {
        const setting = Object.fromEntries(touching.map((path) => [path, variant[path] ?? null]));
        const name = variantName(stage, setting, touching, all);
        const model = models.get(name) ?? { name, stage, setting, repetitions: new Map(), unfinished: new Map() };
        models.set(name, model);
        const repetition = over === undefined ? null : (variant[over] ?? null);
        (hasResult(node) ? model.repetitions : model.unfinished).set(repetition, node);
      }
    }
    return [...models.values()];
  });
}

/** What a name stands for: a stage, with all its variants, or those with some of its swept values, `train{lr=0.1}`. */
export interface NamedModels {
  readonly stage: string;
  readonly setting: Setting | undefined;
}

/** What a name stands for among stages, with results or without. Undefined if nothing has that name. */
export function modelsNamed(stages: readonly StageSummary[], name: string): NamedModels | undefined {
  if (stages.some(({ stage }) => stage === name)) return { stage: name, setting: undefined };
  const paths = sweptPaths(stages);
  const stage = name.slice(0, name.indexOf('{'));
  for (const { variants } of stages.filter((each) => each.stage === stage)) {
    for (const variant of variants) {
      const chosen = paths.filter((path) => mentions(name, path, variant[path] ?? null, paths));
      if (chosen.length > 0 && variantName(stage, variant, chosen, paths) === name) {
        return { stage, setting: Object.fromEntries(chosen.map((path) => [path, variant[path] ?? null])) };
      }
    }
  }
  return undefined;
}

function mentions(name: string, path: string, value: Json, paths: readonly string[]): boolean {
  const part = variantName('', { [path]: value }, [path], paths).slice(1, -1);
  return (
    name.includes(`{${part},`) || name.includes(`,${part},`) || name.includes(`,${part}}`) || name.includes(`{${part}}`)
  );
}

/** The results of a model, each once, however many repetitions share it. */
export function resultsOf({ repetitions }: Model): readonly StageSummary[] {
  return [...new Set(repetitions.values())];
}

/** The paths whose values distinguish the nodes of a stage: those for which some node does not have all values. */
function touchingPaths(nodes: readonly StageSummary[], paths: readonly string[]): readonly string[] {
  return paths.filter((path) => {
    const valuesIn = (variants: StageSummary['variants']) =>
      new Set(variants.map((each) => JSON.stringify(each[path])));
    const all = valuesIn(nodes.flatMap(({ variants }) => variants)).size;
    return nodes.some(({ variants }) => valuesIn(variants).size < all);
  });
}

/** Stages of all variants by the stage's id in the pipeline, in their order. */
export function byStage(stages: readonly StageSummary[]): ReadonlyMap<string, readonly StageSummary[]> {
  const groups = new Map<string, StageSummary[]>();
  for (const stage of stages) {
    const group = groups.get(stage.stage) ?? [];
    groups.set(stage.stage, group);
    group.push(stage);
  }
  return groups;
}

/** True if a stage of a run has a result. */
export function hasResult({ state }: StageSummary): boolean {
  return state === 'hit' || state === 'ran';
}
