import type { StageSummary } from '../engine/index.ts';
import type { Json, JsonObject } from '../json/json.ts';
import { historyIn, type Learned } from './figures/curves.ts';
import { leads, type ModelRole } from './figures/roles.ts';
import { type Model, modelsOf, repeatedPathIn, resultsOf, sweptPaths } from './results/experiment.ts';
import type { Needs } from './results/needs.ts';
import { ranked, type Study } from './results/study.ts';

/** The stages whose curves are wanted, and their content. */
interface LearnedSource {
  readonly summary: { readonly stages: readonly StageSummary[] };
  readonly needs: Needs;
  contents(stage: StageSummary): Promise<Readonly<Record<string, Json>>>;
}

/**
 * The learning curves of all models, one after the other: those of the best, its teacher and the control, then those of the other studied
 * models from the best to the worst, then those of other stages.
 */
export async function* learnedModels(study: Study | undefined, source: LearnedSource): AsyncGenerator<Learned> {
  const { stages } = source.summary;
  const all = modelsOf(stages, repeatedPathIn(sweptPaths(stages)));
  const ordered = new Map<Model, ModelRole>();
  if (study)
    for (const [model, role] of inOrder(study, all, source.needs)) if (!ordered.has(model)) ordered.set(model, role);
  for (const model of all) if (!ordered.has(model)) ordered.set(model, 'student');
  for (const [model, role] of ordered) {
    const histories: (readonly JsonObject[])[] = [];
    for (const result of resultsOf(model)) {
      const [history] = Object.values(await source.contents(result)).flatMap((json) => {
        const found = historyIn(json);
        return found ? [found] : [];
      });
      if (history) histories.push(history);
    }
    if (histories.length > 0) yield { name: model.name, role, histories };
  }
}

/** The studied models, and what they need: a model is trained by one stage, and judged by another. */
function* inOrder(
  study: Study,
  all: readonly Model[],
  needs: Needs,
): Generator<readonly [model: Model, role: ModelRole]> {
  const modelWith = new Map(all.flatMap((model) => resultsOf(model).map(({ id }) => [id, model] as const)));
  const rest = ranked(study.models, study.measures[0]).map((model) => ({ role: 'student' as const, model }));
  for (const { role, model } of [...leads(study), ...rest]) {
    const [result] = resultsOf(model);
    for (const id of result ? [result.id, ...(needs.get(result.id) ?? [])] : []) {
      const trained = modelWith.get(id);
      if (trained) yield [trained, role];
    }
  }
}
