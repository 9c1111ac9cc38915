import { isJsonObject, type JsonObject } from '../json/json.ts';
import { documentSchema } from './document.ts';
import { childOf, type DocumentNode, entriesOf, type MapNode, textOf } from './document-node.ts';
import { checkGoal, goalIn } from './goal.ts';
import { referencesIn, withoutReferences } from './interpolate.ts';
import type { KindCatalogue } from './kind.ts';
import { assign, layLayers } from './layered-document.ts';
import { readSweep } from './option.ts';
import { reportUnused } from './parameters.ts';
import type { Pipeline, StageDeclaration } from './pipeline.ts';
import type { ProblemList } from './problem-list.ts';
import type { SourceNames, Texts } from './sources.ts';
import { type CheckContext, type CheckedStage, checkStage, settingOrigins } from './stage.ts';
import { reportSwept, type Variant, variantsOf } from './sweep.ts';
import { bytesOf, secondsOf } from './units.ts';
import { validate } from './validate.ts';
import { checkInputs, type Wiring, wire } from './wiring.ts';

/** Checks what was read. Returns a Pipeline for each variant of its sweeps; incomplete if there are problems. */
export async function checkTexts(
  names: SourceNames,
  texts: Texts,
  kinds: KindCatalogue,
  problems: ProblemList,
): Promise<readonly Pipeline[]> {
  const layers = layLayers(names, texts, problems);
  const sweeps = names.sweeps.map((text) => readSweep(text, problems)).filter((sweep) => sweep !== undefined);
  if (!layers) return [];
  const references = new Set([...layers.references, ...sweeps.flatMap(({ values }) => referencesIn(values))]);
  const documents = variantsOf(layers.document, sweeps, problems).map((variant) => ({
    variant,
    laid: variant.assignments.reduce((below, assignment) => assign(below, assignment, problems), layers.document),
  }));
  for (const set of layers.sets) {
    reportSwept(
      set,
      layers.document,
      documents.map(({ laid }) => laid),
      problems,
    );
  }
  const pipelines: Pipeline[] = [];
  for (const { variant, laid } of documents) {
    const pipeline = await checkVariant(laid, references, variant, { file: names.file, kinds, problems });
    if (pipeline) pipelines.push(pipeline);
  }
  return pipelines;
}

/** Checks one variant; undefined if there are problems. */
async function checkVariant(
  laid: DocumentNode,
  references: ReadonlySet<string>,
  variant: Variant,
  { file, kinds, problems }: Omit<CheckContext, 'document'>,
): Promise<Pipeline | undefined> {
  const document = laid.kind === 'map' ? withoutStrayReferences(laid, problems) : laid;
  const subject = { entry: { key: { ...document.origin, length: 1 }, value: document }, path: [] };
  const shape = await validate(subject, documentSchema, problems);
  reportUnused(document, references, file, problems);
  const context = { document, file, kinds, problems };
  const stages = new Map<string, CheckedStage>();
  for (const [id, entry] of entriesOf(childOf(document, 'stages')))
    stages.set(id, await checkStage(id, entry, context));
  const wiring = wire(stages, document, problems);
  checkInputs(stages, wiring, problems);
  checkStageMemory(document, problems);
  const goal = isJsonObject(shape) ? goalIn(shape) : undefined;
  checkGoal(goal, stages.keys(), document, problems);
  if (!isJsonObject(shape) || problems.size > 0) return undefined;
  return {
    name: shape['name'] as string,
    file,
    params: (shape['params'] ?? {}) as JsonObject,
    lanes: (shape['lanes'] ?? {}) as Readonly<Record<string, number>>,
    memoryBytes: sizeIn(shape),
    ...(goal && { goal }),
    stages: [...stages.values()].map((stage) => declarationOf(stage, wiring, shape['stages'] as JsonObject)),
    variant: variant.values,
  };
}

function declarationOf(stage: CheckedStage, wiring: Wiring, shapes: JsonObject): StageDeclaration {
  const shape = shapes[stage.id] as JsonObject;
  const timeout = shape['timeout'];
  return {
    id: stage.id,
    uses: stage.uses!,
    config: stage.config!,
    needs: wiring.get(stage.id)!,
    timeoutSeconds: typeof timeout === 'string' ? secondsOf(timeout) : undefined,
    retries: shape['retries'] as number,
    share: shape['share'] as number,
    memoryBytes: sizeIn(shape) ?? 0,
    lane: shape['lane'] as string | undefined,
    cpus: shape['cpus'] as number | undefined,
    contain: shape['contain'] as boolean,
    ...(Array.isArray(shape['report']) && { report: shape['report'] as readonly string[] }),
    params: stage.params,
    origin: stage.entry.key,
    settingOrigins: settingOrigins(stage),
  };
}

/** The bytes of the `memory` of a document or a stage. */
function sizeIn({ memory }: JsonObject): number | undefined {
  return typeof memory === 'string' ? bytesOf(memory) : undefined;
}

/** Reports each `${…}` outside the `with` of stages. */
function withoutStrayReferences(document: MapNode, problems: ProblemList): DocumentNode {
  const root = cleaned(document, 'stages', problems);
  const stages = root.entries.get('stages');
  if (stages?.value.kind !== 'map') return root;
  const entries = new Map(stages.value.entries);
  for (const [id, entry] of entries) {
    const { value } = entry;
    const clean = value.kind === 'map' ? cleaned(value, 'with', problems) : withoutReferences(value, problems);
    if (clean !== value) entries.set(id, { ...entry, value: clean });
  }
  const value = { ...stages.value, entries };
  return { ...root, entries: new Map(root.entries).set('stages', { ...stages, value }) };
}

/** Removes the references from an object, except in the value of `kept`, which stays unchanged. */
function cleaned(map: MapNode, kept: string, problems: ProblemList): MapNode {
  const entries = new Map(map.entries);
  for (const [key, entry] of entries) {
    if (key === kept) continue;
    const value = withoutReferences(entry.value, problems);
    if (value !== entry.value) entries.set(key, { ...entry, value });
  }
  return { ...map, entries };
}

/** Reports each stage that declares more memory than all stages may use together: it could never run. */
function checkStageMemory(document: DocumentNode, problems: ProblemList): void {
  const limit = textOf(childOf(document, 'memory'));
  if (limit === undefined) return;
  for (const [id, { value }] of entriesOf(childOf(document, 'stages'))) {
    const memory = childOf(value, 'memory');
    const taken = textOf(memory);
    if (!memory || taken === undefined || !(bytesOf(taken) > bytesOf(limit))) continue;
    problems.add(
      `stages.${id}.memory must be at most the ${limit} of all stages together, got ${taken}`,
      memory.origin,
      {
        hint: 'lower it, or raise memory at the top of the pipeline',
      },
    );
  }
}
