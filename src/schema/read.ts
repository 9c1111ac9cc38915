import { isJsonObject, type JsonObject } from '../json/json.ts';
import { ConfigurationError } from '../problem/errors.ts';
import { documentSchema } from './document.ts';
import { secondsOf } from './duration.ts';
import { deepFreeze } from './freeze.ts';
import { withoutReferences } from './interpolate.ts';
import type { KindCatalogue } from './kind.ts';
import { assign, type LayerRequest, type Layers, readLayers, sourceOrder } from './layers.ts';
import { childOf, entriesOf, type MapNode, type Node } from './node.ts';
import { readSweep } from './option.ts';
import { reportUnused } from './parameters.ts';
import type { Pipeline, StageDeclaration } from './pipeline.ts';
import { ProblemList } from './problem-list.ts';
import { type CheckedStage, checkStage } from './stage.ts';
import { type Variant, variantsOf } from './sweep.ts';
import { validate } from './validate.ts';
import { type Wiring, wire } from './wiring.ts';

/** What to read, and how. */
export interface ReadRequest extends LayerRequest {
  /** The pipeline's YAML file. */
  readonly file: string;
  /** Merge patches (RFC 7386) in YAML, applied in order. */
  readonly overlays: readonly string[];
  /** `path=value` each, applied after the overlays. */
  readonly sets: readonly string[];
  /** `path=a,b,c` each; takes the place of the document's own sweep of that path. */
  readonly sweeps: readonly string[];
  readonly kinds: KindCatalogue;
  /** Rejects with an error that has a `code`, as of node:fs, where a file cannot be read. */
  readText(path: string): Promise<string>;
}

/**
 * Reads and checks a pipeline with its overlays and options: one frozen Pipeline for each variant of its sweeps.
 * Rejects with a ConfigurationError that holds every problem, in the order of the files.
 */
export async function readPipelines(request: ReadRequest): Promise<readonly Pipeline[]> {
  const problems = new ProblemList();
  const layers = await readLayers(request, problems);
  const sweeps = request.sweeps.map((text) => readSweep(text, problems)).filter((sweep) => sweep !== undefined);
  const pipelines: Pipeline[] = [];
  if (layers.document) {
    for (const variant of variantsOf(layers.document, sweeps, problems)) {
      const pipeline = await readVariant(layers.document, layers, variant, request, problems);
      if (pipeline) pipelines.push(pipeline);
    }
  }
  if (problems.size > 0) {
    throw new ConfigurationError(problems.inOrder(sourceOrder(request, request.sweeps)), layers.sources);
  }
  return pipelines.map(deepFreeze);
}

/** One variant, checked; undefined where there are problems. */
async function readVariant(
  laid: Node,
  { references }: Layers,
  variant: Variant,
  { file, kinds }: ReadRequest,
  problems: ProblemList,
): Promise<Pipeline | undefined> {
  const assigned = variant.assignments.reduce((below, assignment) => assign(below, assignment, problems), laid);
  const document = assigned.kind === 'map' ? withoutStrayReferences(assigned, problems) : assigned;
  const subject = { entry: { key: { ...document.origin, length: 1 }, value: document }, path: [] };
  const shape = await validate(subject, documentSchema, problems);
  reportUnused(document, references, file, problems);
  const context = { document, file, kinds, problems };
  const stages = new Map<string, CheckedStage>();
  for (const [id, entry] of entriesOf(childOf(document, 'stages')))
    stages.set(id, await checkStage(id, entry, context));
  const wiring = wire(stages, document, problems);
  if (!isJsonObject(shape) || problems.size > 0) return undefined;
  return {
    name: shape['name'] as string,
    file,
    params: (shape['params'] ?? {}) as JsonObject,
    lanes: (shape['lanes'] ?? {}) as Readonly<Record<string, number>>,
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
    params: stage.params,
    origin: stage.entry.key,
  };
}

/** Reports each `${…}` outside the `with` of stages. */
function withoutStrayReferences(document: MapNode, problems: ProblemList): Node {
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

/** An object whose values hold no references, but for the value of `kept`, which is left as it is. */
function cleaned(map: MapNode, kept: string, problems: ProblemList): MapNode {
  const entries = new Map(map.entries);
  for (const [key, entry] of entries) {
    if (key === kept) continue;
    const value = withoutReferences(entry.value, problems);
    if (value !== entry.value) entries.set(key, { ...entry, value });
  }
  return { ...map, entries };
}
