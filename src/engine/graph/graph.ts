import type { JsonObject } from '../../json/json.ts';
import { mapValues } from '../../json/map-values.ts';
import { UserError } from '../../problem/errors.ts';
import type { OutputPort } from '../../schema/kind.ts';
import type { Goal, Pipeline, StageDeclaration } from '../../schema/pipeline.ts';
import type { DefinitionCatalogue, StageDefinition } from '../definition.ts';
import { canonicalJson } from '../key/canonical-json.ts';
import { nodeNames, type VariantValues } from './node-names.ts';

/** The source of a node's input. */
export interface InputEdge {
  /** The id of the producing node. */
  readonly node: string;
  readonly output: string;
}

/** One computation of a graph: a stage, once for all variants that declare it in the same way. */
export interface GraphNode {
  /** The stage's id if all variants share the node, otherwise with what distinguishes it: `student{temperature=4}`. */
  readonly id: string;
  readonly stage: StageDeclaration;
  readonly definition: StageDefinition;
  /** Absolute path of the file that contains `uses`. */
  readonly file: string;
  /** By the name of the input in the definition; an optional input that is not wired is absent. */
  readonly inputs: Readonly<Record<string, InputEdge>>;
  readonly outputs: Readonly<Record<string, OutputPort>>;
  /** The variants that use it; all of them if there is no sweep or it is shared. */
  readonly variants: readonly VariantValues[];
}

/** The lane of the node. */
export function laneOf({ stage, definition }: GraphNode): string {
  return stage.lane ?? definition.lane;
}

/** One or many variants of a pipeline as one frozen graph. */
export interface StageGraph {
  readonly pipeline: string;
  /** Places per lane, as declared. */
  readonly lanes: Readonly<Record<string, number>>;
  /** Memory that all running stages may use together, as declared. */
  readonly memoryBytes: number | undefined;
  /** The metric that variants are judged by, if the pipeline names one. */
  readonly goal?: Goal;
  readonly variants: readonly VariantValues[];
  /** By id; producers before consumers, otherwise in the order of the file. */
  readonly nodes: ReadonlyMap<string, GraphNode>;
}

/** A node before it has a name; producers are given by their index in the list. */
interface Blank {
  readonly stage: StageDeclaration;
  readonly definition: StageDefinition;
  readonly file: string;
  readonly inputs: Readonly<Record<string, { readonly index: number; readonly output: string }>>;
  readonly variants: VariantValues[];
}

/**
 * Merges the variants of a sweep (or one pipeline) into one graph in which equal stages are one node: same id, definition, configuration,
 * engine settings, and inputs from the same nodes.
 * @param absolute returns the absolute path of a pipeline file from its path as typed.
 * @throws UserError if no definition is found for a `uses`.
 */
export async function mergePipelines(
  pipelines: readonly Pipeline[],
  catalogue: DefinitionCatalogue,
  absolute: (file: string) => string = (file) => file,
): Promise<StageGraph> {
  const [first] = pipelines;
  if (!first) throw new TypeError('A graph is made of at least one pipeline.');
  const blanks: Blank[] = [];
  const isSweep = pipelines.length > 1;
  const indexByIdentity = new Map<string, number>();
  for (const pipeline of pipelines) {
    const indexOfStage = new Map<string, number>();
    for (const stage of producersFirst(pipeline.stages)) {
      const file = 'file' in stage.origin ? stage.origin.file : pipeline.file;
      const definition = await catalogue.find(stage.uses, file);
      if (!definition) throw new UserError(`There is no stage kind "${stage.uses}" (stage "${stage.id}").`);
      const inputs = mapValues(stage.needs, (need) => ({
        index: indexOfStage.get(need.stage)!,
        output: need.output,
      }));
      const identity = isSweep ? canonicalJson(identityOf(stage, definition, inputs)) : stage.id;
      const index =
        indexByIdentity.get(identity) ??
        blanks.push({ stage, definition, file: absolute(file), inputs, variants: [] }) - 1;
      indexByIdentity.set(identity, index);
      indexOfStage.set(stage.id, index);
      blanks[index]!.variants.push(pipeline.variant);
    }
  }
  return Object.freeze({
    pipeline: first.name,
    lanes: first.lanes,
    memoryBytes: first.memoryBytes,
    ...(first.goal && { goal: first.goal }),
    variants: pipelines.map((pipeline) => pipeline.variant),
    nodes: named(blanks),
  });
}

/** Everything that must be equal for two declarations to be one node. */
function identityOf(stage: StageDeclaration, definition: StageDefinition, inputs: Blank['inputs']): JsonObject {
  return {
    id: stage.id,
    uses: stage.uses,
    version: definition.version,
    config: stage.config,
    inputs,
    settings: [
      stage.timeoutSeconds ?? null,
      stage.retries,
      stage.share,
      stage.memoryBytes,
      stage.lane ?? null,
      stage.cpus ?? null,
      stage.contain,
    ],
  };
}

function named(blanks: readonly Blank[]): ReadonlyMap<string, GraphNode> {
  const indicesOfStage = new Map<string, number[]>();
  blanks.forEach(({ stage }, index) => {
    indicesOfStage.set(stage.id, [...(indicesOfStage.get(stage.id) ?? []), index]);
  });
  const ids: string[] = [];
  for (const [stage, indices] of indicesOfStage) {
    const names = nodeNames(
      stage,
      indices.map((index) => blanks[index]!.variants),
    );
    indices.forEach((index, position) => {
      ids[index] = names[position]!;
    });
  }
  const nodes = blanks.map(
    ({ stage, definition, file, inputs, variants }, index): GraphNode =>
      Object.freeze({
        id: ids[index]!,
        stage,
        definition,
        file,
        inputs: mapValues(inputs, ({ index: producer, output }) => ({ node: ids[producer]!, output })),
        outputs: definition.ports?.(stage.config).outputs ?? definition.outputs,
        variants,
      }),
  );
  return new Map(nodes.map((node) => [node.id, node]));
}

/** The ids of the nodes that each node takes inputs from. */
export function needsOf({ nodes }: StageGraph): ReadonlyMap<string, readonly string[]> {
  return new Map(
    [...nodes.values()].map(({ id, inputs }) => [id, [...new Set(Object.values(inputs).map(({ node }) => node))]]),
  );
}

/** The stages, each after everything that it needs, otherwise in the order of the file. */
function producersFirst(stages: readonly StageDeclaration[]): readonly StageDeclaration[] {
  const byId = new Map(stages.map((stage) => [stage.id, stage]));
  const ordered = new Set<StageDeclaration>();
  for (const stage of stages) {
    const stack = [stage];
    for (let top = stack.at(-1); top; top = stack.at(-1)) {
      const missing = Object.values(top.needs)
        .map((need) => byId.get(need.stage)!)
        .find((producer) => !ordered.has(producer));
      if (missing) stack.push(missing);
      else ordered.add(stack.pop()!);
    }
  }
  return [...ordered];
}
