import type { JsonObject } from '../../json/json.ts';
import type { GraphNode } from '../graph/graph.ts';
import type { StageRecord } from '../record.ts';
import type { Store } from '../store/contract.ts';
import { changesBetween, distance, type Fields, fieldsOf } from './changes.ts';
import type { EarlierResult, MissReason } from './plan.ts';

/** An earlier record with its key material split into fields. */
interface Earlier {
  readonly record: StageRecord;
  readonly fields: Fields;
}

/** Earlier computations, as of the first query: shows what changed, and how long things take. */
export class History {
  readonly #store: Store;
  readonly #pipeline: string;
  readonly #byKind = new Map<string, Promise<readonly Earlier[]>>();

  constructor(store: Store, pipeline: string) {
    this.#store = store;
    this.#pipeline = pipeline;
  }

  /**
   * Why there is no record of this computation: how it differs from the nearest earlier result of this stage. If this stage of this
   * pipeline has never run here, reports that, and the nearest result of its kind. The nearest has the fewest differing fields; of several,
   * the newest is taken.
   */
  async whyMissing(node: GraphNode, material: JsonObject): Promise<MissReason> {
    const [own, others] = await this.#recordsLike(node);
    const fields = fieldsOf(material);
    const nearest = nearestTo(fields, own.length > 0 ? own : others);
    if (!nearest) return { kind: 'never-run' };
    const changes = changesBetween(nearest.fields, fields, node);
    const against = resultOf(nearest.record);
    return own.length > 0
      ? { kind: 'changed', changes, against }
      : { kind: 'never-run', like: { ...against, changes } };
  }

  /** Seconds that the newest similar record took; undefined if there is none. */
  async seconds(node: GraphNode): Promise<number | undefined> {
    const [own, others] = await this.#recordsLike(node);
    return (own[0] ?? others[0])?.record.seconds;
  }

  /** The records of the node's kind, newest first: those of this stage of this pipeline, and the others. */
  async #recordsLike(node: GraphNode): Promise<readonly [own: readonly Earlier[], others: readonly Earlier[]]> {
    const { uses } = node.definition;
    const ofKind = this.#byKind.get(uses) ?? this.#read(uses);
    this.#byKind.set(uses, ofKind);
    const isOwn = ({ record: { provenance } }: Earlier) =>
      provenance['stage'] === node.stage.id && provenance['pipeline'] === this.#pipeline;
    const records = await ofKind;
    return [records.filter(isOwn), records.filter((record) => !isOwn(record))];
  }

  async #read(uses: string): Promise<readonly Earlier[]> {
    const records = await this.#store.recordsOf(uses);
    return records.map((record) => ({ record, fields: fieldsOf(record.material) }));
  }
}

/** A record without a differing field belongs to this computation and was removed after the lookup: it is ignored. */
function nearestTo(fields: Fields, earlier: readonly Earlier[]): Earlier | undefined {
  let nearest: Earlier | undefined;
  let least = Number.POSITIVE_INFINITY;
  for (const candidate of earlier) {
    const differing = distance(candidate.fields, fields, least);
    if (differing > 0 && differing < least) [nearest, least] = [candidate, differing];
  }
  return nearest;
}

function resultOf({ key, provenance, finished }: StageRecord): EarlierResult {
  return { key, stage: String(provenance['stage']), pipeline: String(provenance['pipeline']), finished };
}
