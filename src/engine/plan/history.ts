import type { JsonObject } from '../../json/json.ts';
import type { GraphNode } from '../graph/graph.ts';
import { canonicalJson } from '../key/canonical-json.ts';
import type { StageRecord } from '../record.ts';
import type { Store } from '../store/contract.ts';
import { changesBetween, distance, type Fields, fieldsOf, type StageNames } from './changes.ts';
import type { EarlierResult, MissReason } from './plan.ts';

/** The records of one kind, or of one stage, newest first. */
type Records = readonly StageRecord[];

/** A stage is compared with this many of its newest results, and with as many of those that had its configuration. */
const mostCompared = 100;

/** Earlier computations, as of the first query: shows what changed, and how long things take. */
export class History {
  readonly #store: Store;
  readonly #pipeline: string;
  readonly #byKind = new Map<string, Promise<Records>>();
  /** By kind and stage of this pipeline. */
  readonly #byStage = new Map<string, Promise<ReadonlyMap<string, Records>>>();
  /** By stage and configuration. */
  readonly #byConfig = new Map<string, ReadonlyMap<string, Records>>();
  readonly #fields = new Map<StageRecord, Fields>();

  constructor(store: Store, pipeline: string) {
    this.#store = store;
    this.#pipeline = pipeline;
  }

  /**
   * Why there is no record of this computation: how it differs from the nearest earlier result of this stage. If this stage of this
   * pipeline has never run here, reports that, and the nearest result of its kind. The nearest has the fewest differing fields; of several,
   * the newest is taken. Of thousands, only some are compared: the newest, and the newest with the same configuration.
   */
  async whyMissing(node: GraphNode, material: JsonObject): Promise<MissReason> {
    const own = await this.#ofStage(node);
    const fields = fieldsOf(material);
    const compared =
      own.length > 0 ? this.#likely(node, own, material) : (await this.#ofKind(node)).slice(0, 2 * mostCompared);
    const nearest = this.#nearestTo(fields, compared);
    if (!nearest) return { kind: 'never-run' };
    const changes = changesBetween(this.#fieldsOf(nearest), fields, namesOf(node));
    const against = resultOf(nearest);
    return own.length > 0
      ? { kind: 'changed', changes, against }
      : { kind: 'never-run', like: { ...against, changes } };
  }

  /** Seconds that the newest similar record took; undefined if there is none. */
  async seconds(node: GraphNode): Promise<number | undefined> {
    const [newest = (await this.#ofKind(node))[0]] = await this.#ofStage(node);
    return newest?.seconds;
  }

  #ofKind({ definition: { uses } }: GraphNode): Promise<Records> {
    return madeOnce(this.#byKind, uses, () => this.#store.recordsOf(uses));
  }

  /** The results of this stage of this pipeline. */
  async #ofStage(node: GraphNode): Promise<Records> {
    const byStage = await madeOnce(this.#byStage, node.definition.uses, async () => {
      const ofPipeline = (await this.#ofKind(node)).filter(
        ({ provenance }) => provenance['pipeline'] === this.#pipeline,
      );
      return groupedBy(ofPipeline, ({ provenance }) => String(provenance['stage']));
    });
    return byStage.get(node.stage.id) ?? [];
  }

  /** Of the results of a stage, those that are likely to be the nearest, newest first. */
  #likely(node: GraphNode, own: Records, material: JsonObject): Records {
    if (own.length <= mostCompared) return own;
    const byConfig = madeOnce(this.#byConfig, `${node.definition.uses} ${node.stage.id}`, () =>
      groupedBy(own, configOf),
    );
    const sameConfig = byConfig.get(configOf({ material })) ?? [];
    // Those that are not among the newest are older, so they follow in order.
    return [...new Set([...own.slice(0, mostCompared), ...sameConfig.slice(0, mostCompared)])];
  }

  /** A record without a differing field belongs to this computation and was removed after the lookup: it is ignored. */
  #nearestTo(fields: Fields, earlier: Records): StageRecord | undefined {
    let nearest: StageRecord | undefined;
    let least = Number.POSITIVE_INFINITY;
    for (const candidate of earlier) {
      const differing = distance(this.#fieldsOf(candidate), fields, least);
      if (differing > 0 && differing < least) [nearest, least] = [candidate, differing];
    }
    return nearest;
  }

  #fieldsOf(record: StageRecord): Fields {
    return madeOnce(this.#fields, record, () => fieldsOf(record.material));
  }
}

function namesOf({ definition: { uses }, inputs }: GraphNode): StageNames {
  return { uses, source: (input) => inputs[input] && `${inputs[input].node}.${inputs[input].output}` };
}

function configOf({ material }: Pick<StageRecord, 'material'>): string {
  return canonicalJson(material['config'] ?? null, { lenient: true });
}

function groupedBy(records: Records, nameOf: (record: StageRecord) => string): ReadonlyMap<string, Records> {
  const groups = new Map<string, StageRecord[]>();
  for (const record of records) {
    const group = groups.get(nameOf(record));
    if (group) group.push(record);
    else groups.set(nameOf(record), [record]);
  }
  return groups;
}

/** The value of a key, made at the first request. */
function madeOnce<Key, Value>(known: Map<Key, Value>, key: Key, make: () => Value): Value {
  const value = known.get(key) ?? make();
  known.set(key, value);
  return value;
}

function resultOf({ key, provenance, finished }: StageRecord): EarlierResult {
  return { key, stage: String(provenance['stage']), pipeline: String(provenance['pipeline']), finished };
}
