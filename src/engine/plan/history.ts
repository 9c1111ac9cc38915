import type { JsonObject } from '../../json/json.ts';
import type { GraphNode } from '../graph/graph.ts';
import type { StageRecord } from '../record.ts';
import type { Store } from '../store/contract.ts';
import { changesBetween, distance, type Fields, fieldsOf } from './changes.ts';
import type { MissReason } from './plan.ts';

/** An earlier record with its key material taken apart. */
interface Earlier {
  readonly record: StageRecord;
  readonly fields: Fields;
}

/** What was computed before, as it was when first asked for: to say what changed, and how long things take. */
export class History {
  readonly #store: Store;
  readonly #byKind = new Map<string, Promise<readonly Earlier[]>>();

  constructor(store: Store) {
    this.#store = store;
  }

  /**
   * Why there is no record of this computation: how it differs from the nearest earlier one of its kind.
   * Nearest: of the same stage where there is any, with the fewest differing fields, and of those the newest.
   */
  async whyMissing(node: GraphNode, material: JsonObject): Promise<MissReason> {
    const earlier = await this.#recordsLike(node);
    const fields = fieldsOf(material);
    let nearest: Earlier | undefined;
    let least = Number.POSITIVE_INFINITY;
    for (const candidate of earlier) {
      const differing = distance(candidate.fields, fields, least);
      if (differing < least) [nearest, least] = [candidate, differing];
    }
    // A record with no differing field is this computation's own: it went after the store was asked for it.
    if (!nearest || least === 0) return { kind: 'never-run' };
    return { kind: 'changed', changes: changesBetween(nearest.fields, fields, node) };
  }

  /** Seconds the newest record like this node took; undefined where there is none. */
  async seconds(node: GraphNode): Promise<number | undefined> {
    return (await this.#recordsLike(node))[0]?.record.seconds;
  }

  /** The records of the node's kind, newest first; only those of its own stage where there are any. */
  async #recordsLike(node: GraphNode): Promise<readonly Earlier[]> {
    const { uses } = node.definition;
    const ofKind = this.#byKind.get(uses) ?? this.#read(uses);
    this.#byKind.set(uses, ofKind);
    const ofStage = (await ofKind).filter(({ record }) => record.provenance['stage'] === node.stage.id);
    return ofStage.length > 0 ? ofStage : ofKind;
  }

  async #read(uses: string): Promise<readonly Earlier[]> {
    const records = await this.#store.recordsOf(uses);
    return records.map((record) => ({ record, fields: fieldsOf(record.material) }));
  }
}
