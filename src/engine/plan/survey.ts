import { isDeepStrictEqual } from 'node:util';
import type { JsonObject } from '../../json/json.ts';
import type { World } from '../definition.ts';
import type { GraphNode, InputEdge, StageGraph } from '../graph/graph.ts';
import { type Selection, type SelectionOptions, select } from '../graph/selection.ts';
import { contentName, keyMaterial, keyOf } from '../key/key.ts';
import type { OutputRecord, StageRecord } from '../record.ts';
import type { Elsewhere, Store } from '../store/contract.ts';
import { mapAtMost } from './at-most.ts';
import { Downstream } from './downstream.ts';
import { History } from './history.ts';
import { observeAll } from './observation.ts';
import type { Forecast, MissReason } from './plan.ts';

/** Enough to keep a disk busy, and far below the limit of open files. */
const checkedAtOnce = 32;

/** A computation that must be done: its node, its key, and everything in its key. */
export interface Computation {
  readonly node: GraphNode;
  readonly key: string;
  readonly material: JsonObject;
  readonly facts: JsonObject;
  /** The content of each wired input, and the file name that its consumer expects. */
  readonly inputs: Readonly<Record<string, { readonly content: OutputRecord; readonly file: string }>>;
  readonly reason: MissReason;
}

/** A result whose record exists, but an object that it names is missing or altered. */
export interface LostObject {
  readonly node: GraphNode;
  readonly key: string;
  readonly output: string;
  readonly damage: 'missing' | 'damaged';
}

/**
 * The state of every selected node: its result is in the store, must be computed, or waits for others. A plan makes one and reads it; a run
 * keeps it up to date while results arrive. It computes nothing itself.
 */
export class Survey {
  readonly selection: Selection;
  readonly history: History;
  readonly #graph: StageGraph;
  readonly #store: Store;
  readonly #facts: ReadonlyMap<string, JsonObject>;
  readonly #downstream: Downstream;
  readonly #forecasts = new Map<string, Forecast>();
  readonly #computations = new Map<string, Computation>();
  /** By node id: the last of its producers that was found without a result. */
  readonly #waitedFor = new Map<string, number>();
  /** By node id: results of this run, which count although the node is forced. */
  readonly #computed = new Map<string, StageRecord>();
  /** By key: results that must be computed again. */
  readonly #lost = new Map<string, LostObject>();

  private constructor(graph: StageGraph, selection: Selection, store: Store, facts: ReadonlyMap<string, JsonObject>) {
    this.selection = selection;
    this.#graph = graph;
    this.history = new History(store, graph.pipeline);
    this.#store = store;
    this.#facts = facts;
    this.#downstream = new Downstream(selection.nodes);
  }

  /** Observes the world and decides the state of every node that the targets need. */
  static async of(graph: StageGraph, store: Store, world: World, options: SelectionOptions): Promise<Survey> {
    const selection = select(graph, options);
    const survey = new Survey(graph, selection, store, await observeAll(selection.nodes, world));
    await survey.#update(selection.nodes);
    return survey;
  }

  forecast(id: string): Forecast {
    return this.#forecasts.get(id)!;
  }

  /** What could start now, in no particular order. */
  get ready(): readonly Computation[] {
    return [...this.#computations.values()];
  }

  /** Which of these nodes could start now. */
  readyOf(nodes: readonly GraphNode[]): readonly Computation[] {
    return nodes.flatMap(({ id }) => this.#computations.get(id) ?? []);
  }

  /** All nodes that depend on a node, directly or not; producers before consumers. */
  below(id: string): readonly GraphNode[] {
    return this.#downstream.below(id);
  }

  /**
   * Enters the result of a computation and updates its dependents; nodes with the same key get the result, too. A node whose key has
   * changed in the meantime stays as it is. Returns the updated nodes.
   */
  async settle({ node, key }: Computation, record: StageRecord): Promise<readonly GraphNode[]> {
    const sameKey: GraphNode[] = [];
    for (const other of this.#computations.values()) if (other.key === key) sameKey.push(other.node);
    if (this.#computations.get(node.id)?.key === key) this.#computed.set(node.id, record);
    this.#lost.delete(key);
    return this.#update(sameKey);
  }

  /**
   * Which inputs of these nodes are no longer in the store as the survey knows them, by their producers.
   * @param reading whether the nodes are about to run: their inputs may then be fetched from elsewhere.
   */
  async lostInputs(nodes: readonly GraphNode[], reading = false): Promise<readonly LostObject[]> {
    const producers = new Map(nodes.flatMap(({ inputs }) => Object.values(inputs).map((edge) => [edge.node, edge])));
    const checks = await mapAtMost(checkedAtOnce, [...producers.values()], (edge) => this.#checkInput(edge, reading));
    return checks.flatMap((lost) => lost ?? []);
  }

  /** Marks results to be computed again, and updates all their dependents; returns the updated nodes. */
  async remake(lost: readonly LostObject[]): Promise<readonly GraphNode[]> {
    return this.#update(this.#markLost(lost));
  }

  #markLost(lost: readonly LostObject[]): readonly GraphNode[] {
    for (const object of lost) {
      this.#lost.set(object.key, object);
      this.#computed.delete(object.node.id);
    }
    return lost.map(({ node }) => node);
  }

  /** Updates the nodes and everything that this affects, then everything that must be computed again for those that have to run. */
  async #update(nodes: readonly GraphNode[]): Promise<readonly GraphNode[]> {
    const all = new Set<GraphNode>();
    let dirty = nodes;
    while (dirty.length > 0) {
      const judged = await this.#downstream.visit(dirty, (node) => this.#judge(node));
      for (const node of judged) all.add(node);
      const toRun = judged.filter(({ id }) => this.#computations.has(id));
      dirty = this.#markLost(await this.lostInputs(toRun));
    }
    return [...all];
  }

  /** Updates a node whose producers are up to date; returns whether its consumers must be updated. */
  async #judge(node: GraphNode): Promise<boolean> {
    const before = this.#forecasts.get(node.id);
    this.#computations.delete(node.id);
    const after = await this.#forecast(node);
    this.#forecasts.set(node.id, after);
    return !sameToConsumers(before, after);
  }

  async #forecast(node: GraphNode): Promise<Forecast> {
    if (this.#waits(node)) return this.#afterOthers(node);
    const inputs = mapInputs(node, (edge) => ({
      content: this.#record(edge.node)!.outputs[edge.output]!,
      file: this.#graph.nodes.get(edge.node)!.outputs[edge.output]!.file,
    }));
    const contents = mapInputs(node, (_edge, port) => contentName(inputs[port]!.content));
    const facts = this.#facts.get(node.id)!;
    const material = keyMaterial(node.definition, node.stage.config, facts, contents);
    const key = keyOf(material);
    const found = await this.#find(node, key, material);
    if ('record' in found) return { state: 'hit', key, ...found };
    this.#computations.set(node.id, { node, key, material, facts, inputs, reason: found.reason });
    return { state: 'miss', key, reason: found.reason };
  }

  /** Whether a producer has no result yet. The search continues where the last one ended: a node is updated with each of its producers. */
  #waits({ id }: GraphNode): boolean {
    const producers = this.#downstream.producers(id);
    const start = this.#waitedFor.get(id) ?? 0;
    for (let step = 0; step < producers.length; step += 1) {
      const at = (start + step) % producers.length;
      if (this.#record(producers[at]!)) continue;
      this.#waitedFor.set(id, at);
      return true;
    }
    return false;
  }

  /** The list is made on demand, because most are never read. */
  #afterOthers({ id }: GraphNode): Forecast {
    const missing = () => this.#downstream.producers(id).filter((producer) => !this.#record(producer));
    return {
      state: 'after',
      get after() {
        return missing();
      },
    };
  }

  async #find(
    node: GraphNode,
    key: string,
    material: JsonObject,
  ): Promise<{ readonly record: StageRecord; readonly from?: Elsewhere } | { readonly reason: MissReason }> {
    const computed = this.#computed.get(node.id);
    if (computed?.key === key) return { record: computed };
    if (this.selection.forced.has(node.id)) return { reason: { kind: 'forced' } };
    const lost = this.#lost.get(key);
    if (lost) return { reason: reasonOf(lost) };
    const isTarget = this.selection.targets.has(node.id);
    const lookup = await this.#store.find(key, { verify: isTarget });
    if (lookup.state === 'miss') return { reason: await this.history.whyMissing(node, material) };
    // Content that no stage reads may be missing: its record is enough for the keys of its consumers.
    if (lookup.state === 'hit') return { record: lookup.record, ...(lookup.from && { from: lookup.from }) };
    if (!isTarget) return { record: lookup.record };
    const object = { node, key, output: lookup.output, damage: lookup.damage };
    this.#lost.set(key, object);
    return { reason: reasonOf(object) };
  }

  async #checkInput(edge: InputEdge, reading: boolean): Promise<LostObject | undefined> {
    const forecast = this.forecast(edge.node);
    if (forecast.state !== 'hit') return undefined;
    const lookup = await this.#store.find(forecast.key, { verify: true, reading });
    // Another process may have computed it again, with different bytes: ours are then not worth keeping.
    if (lookup.state === 'hit' && isDeepStrictEqual(lookup.record.outputs, forecast.record.outputs)) return undefined;
    const { output, damage } = lookup.state === 'broken' ? lookup : { output: edge.output, damage: 'missing' as const };
    return { node: this.#graph.nodes.get(edge.node)!, key: forecast.key, output, damage };
  }

  #record(id: string): StageRecord | undefined {
    const forecast = this.#forecasts.get(id);
    return forecast?.state === 'hit' ? forecast.record : undefined;
  }
}

function mapInputs<Value>(
  node: GraphNode,
  map: (edge: InputEdge, port: string) => Value,
): Readonly<Record<string, Value>> {
  return Object.fromEntries(Object.entries(node.inputs).map(([port, edge]) => [port, map(edge, port)]));
}

function reasonOf({ output, damage }: LostObject): MissReason {
  return { kind: damage === 'missing' ? 'object-missing' : 'object-damaged', output };
}

/** Whether consumers see no difference: between two results with different content, a node always had none. */
function sameToConsumers(before: Forecast | undefined, after: Forecast): boolean {
  return before !== undefined && (before.state === 'hit') === (after.state === 'hit');
}
