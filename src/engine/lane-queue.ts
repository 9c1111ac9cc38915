import PQueue, { type Queue, type QueueAddOptions } from 'p-queue';
import { Places } from './places.ts';

/** Something to be done in a lane. */
export interface LaneTask {
  readonly lane: string;
  /** How much of a place it takes, in (0, 1]. */
  readonly share: number;
  /** Higher goes first. */
  readonly priority: number;
  /** Called once a place is free; holds the place until it resolves. Must not reject. */
  run(place: number): Promise<void>;
}

type Start = () => Promise<unknown>;

interface LaneOptions extends QueueAddOptions {
  readonly task: Omit<LaneTask, 'run'>;
  readonly onPlace: (place: number) => void;
}

/**
 * Starts tasks as lanes have places for them, highest priority first, and no more than `jobs` at once.
 * p-queue counts what runs; the order and the places are the waiting list's.
 */
export class LaneQueue {
  readonly #places: Places;
  readonly #queue: PQueue<WaitingList, LaneOptions>;

  /** @param lanes places of each lane; a lane that is not named has one. */
  constructor(lanes: Readonly<Record<string, number>>, jobs: number = Number.POSITIVE_INFINITY) {
    const places = new Places(lanes);
    this.#places = places;
    this.#queue = new PQueue({
      concurrency: jobs,
      queueClass: class extends WaitingList {
        constructor() {
          super(places);
        }
      },
    });
  }

  /** Adds tasks together, so that the highest priority among them starts first. */
  add(tasks: readonly LaneTask[]): void {
    this.#queue.pause();
    for (const task of tasks) {
      let place = -1;
      const onPlace = (found: number) => {
        place = found;
      };
      void this.#queue.add(() => this.#run(task, place), { task, onPlace });
    }
    this.#queue.start();
  }

  /** Forgets all that has not started. */
  clear(): void {
    this.#queue.clear();
  }

  async #run(task: LaneTask, place: number): Promise<void> {
    await task.run(place);
    this.#places.release(task.lane, place, task.share);
    // p-queue starts one task for each that ends, but a freed place may have room for several shares.
    this.#queue.pause();
    this.#queue.start();
  }
}

interface Waiting {
  readonly start: Start;
  readonly options: LaneOptions;
}

/** The waiting tasks of each lane, by priority. Within a lane nobody overtakes: small shares must not starve a whole one. */
class WaitingList implements Queue<Start, LaneOptions> {
  readonly #places: Places;
  readonly #lanes = new Map<string, Waiting[]>();

  constructor(places: Places) {
    this.#places = places;
  }

  /** p-queue takes from a list that is not empty: it is as long as there are tasks that could start now. */
  get size(): number {
    return this.#startable().length;
  }

  enqueue(start: Start, options?: Partial<LaneOptions>): void {
    const waiting: Waiting = { start, options: options as LaneOptions };
    const { lane, priority } = waiting.options.task;
    const list = this.#lanes.get(lane) ?? [];
    const behind = list.findIndex((other) => other.options.task.priority < priority);
    list.splice(behind === -1 ? list.length : behind, 0, waiting);
    this.#lanes.set(lane, list);
  }

  dequeue(): Start | undefined {
    const [first, ...others] = this.#startable();
    if (!first) return undefined;
    const best = others.reduce(
      (a, b) => (b.waiting.options.task.priority > a.waiting.options.task.priority ? b : a),
      first,
    );
    const { task, onPlace } = best.waiting.options;
    this.#lanes.get(task.lane)!.shift();
    this.#places.take(task.lane, best.place, task.share);
    onPlace(best.place);
    return best.waiting.start;
  }

  filter(): Start[] {
    return [...this.#lanes.values()].flat().map(({ start }) => start);
  }

  setPriority(): void {
    throw new TypeError('The priority of a task is fixed.');
  }

  #startable(): readonly { readonly waiting: Waiting; readonly place: number }[] {
    return [...this.#lanes.values()].flatMap(([waiting]) => {
      if (!waiting) return [];
      const place = this.#places.free(waiting.options.task.lane, waiting.options.task.share);
      return place === undefined ? [] : [{ waiting, place }];
    });
  }
}
