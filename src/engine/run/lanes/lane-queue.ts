import PQueue, { type Queue, type QueueAddOptions } from 'p-queue';
import { UserError } from '../../../problem/errors.ts';

/** A task for a lane. */
export interface LaneTask {
  readonly lane: string;
  /** How much of a place it takes, in (0, 1]. */
  readonly share: number;
  readonly memoryBytes: number;
  /** Higher goes first. */
  readonly priority: number;
  /** Called once a place is free; occupies the place until it resolves. Must not reject. */
  run(place: number): Promise<void>;
}

/** What tasks share. */
export interface Limits {
  /** Places of each lane; a lane that is not named has one. */
  readonly lanes: Readonly<Record<string, number>>;
  /** How many may run at once, in all lanes together. */
  readonly jobs?: number | undefined;
  readonly memoryBytes?: number | undefined;
}

type Start = () => Promise<unknown>;

interface LaneOptions extends QueueAddOptions {
  readonly task: Omit<LaneTask, 'run'>;
  readonly onPlace: (place: number) => void;
}

/**
 * Starts tasks when their lanes have places and memory suffices, highest priority first, at most `jobs` at once. p-queue counts what is
 * running; the waiting list decides about order, places and memory.
 */
export class LaneQueue {
  readonly #places: Places;
  readonly #memory: MemoryBudget;
  readonly #queue: PQueue<WaitingList, LaneOptions>;

  constructor({ lanes, jobs, memoryBytes }: Limits) {
    const places = new Places(lanes);
    const memory = new MemoryBudget(memoryBytes ?? Number.POSITIVE_INFINITY);
    this.#places = places;
    this.#memory = memory;
    this.#queue = new PQueue({
      concurrency: jobs ?? Number.POSITIVE_INFINITY,
      queueClass: class extends WaitingList {
        constructor() {
          super(places, memory);
        }
      },
    });
  }

  /** Adds tasks together, so that the one with the highest priority starts first. */
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

  /** Forgets everything that has not started. */
  clear(): void {
    this.#queue.clear();
  }

  async #run(task: LaneTask, place: number): Promise<void> {
    await task.run(place);
    this.#places.release(task.lane, place, task.share);
    this.#memory.release(task.memoryBytes);
    // p-queue starts one task for each that ends, but a free place may have room for several shares.
    this.#queue.pause();
    this.#queue.start();
  }
}

interface Waiting {
  readonly start: Start;
  readonly options: LaneOptions;
}

interface Startable {
  readonly waiting: Waiting;
  readonly place: number;
}

/**
 * The waiting tasks of each lane, by priority. Within a lane there is no overtaking: small shares must not starve a whole one. A task that
 * needs memory does not overtake the first task of another lane that waits for memory.
 */
class WaitingList implements Queue<Start, LaneOptions> {
  readonly #places: Places;
  readonly #memory: MemoryBudget;
  readonly #lanes = new Map<string, Waiting[]>();

  constructor(places: Places, memory: MemoryBudget) {
    this.#places = places;
    this.#memory = memory;
  }

  /** p-queue takes from a list that is not empty: its length is the number of tasks that could start now. */
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
    this.#memory.take(task.memoryBytes);
    onPlace(best.place);
    return best.waiting.start;
  }

  filter(): Start[] {
    return [...this.#lanes.values()].flat().map(({ start }) => start);
  }

  setPriority(): void {
    throw new TypeError('The priority of a task is fixed.');
  }

  #startable(): readonly Startable[] {
    const placed = [...this.#lanes.values()].flatMap(([waiting]): readonly Startable[] => {
      if (!waiting) return [];
      const place = this.#places.free(waiting.options.task.lane, waiting.options.task.share);
      return place === undefined ? [] : [{ waiting, place }];
    });
    const short = placed.filter(({ waiting }) => !this.#memory.fits(waiting.options.task.memoryBytes));
    const first = Math.max(...short.map(({ waiting }) => waiting.options.task.priority));
    return placed.filter(({ waiting: { options } }) => options.task.memoryBytes === 0 || options.task.priority > first);
  }
}

/** The memory that stages may use together, and how much of it is in use, as declared. */
class MemoryBudget {
  readonly #total: number;
  #taken = 0;

  /** @param total in bytes. */
  constructor(total: number) {
    this.#total = total;
  }

  /** Whether this many bytes are free; a task that needs more than the total has room if it runs alone. */
  fits(bytes: number): boolean {
    return bytes === 0 || this.#taken + Math.min(bytes, this.#total) <= this.#total;
  }

  take(bytes: number): void {
    this.#taken += bytes;
  }

  release(bytes: number): void {
    this.#taken -= bytes;
  }
}

/** Shares are decimal fractions: 0.8, 0.05, 0.05 and 0.1 must fit although their sum is a little more than one. */
const tolerance = 1e-9;

/** The places of every lane, and how much of each is in use. */
class Places {
  readonly #declared: Readonly<Record<string, number>>;
  readonly #taken = new Map<string, number[]>();

  /** @param declared number of places per lane; a lane that is not named has one. */
  constructor(declared: Readonly<Record<string, number>>) {
    for (const [lane, places] of Object.entries(declared)) {
      if (places < 1) throw new UserError(`Lane "${lane}" has no place: a stage in it could never run.`);
    }
    this.#declared = declared;
  }

  /** The first place of the lane with this much of it free; undefined if there is none. */
  free(lane: string, share: number): number | undefined {
    const place = this.#lane(lane).findIndex((taken) => taken + share <= 1 + tolerance);
    return place === -1 ? undefined : place;
  }

  take(lane: string, place: number, share: number): void {
    this.#lane(lane)[place]! += share;
  }

  release(lane: string, place: number, share: number): void {
    this.#lane(lane)[place]! -= share;
  }

  #lane(lane: string): number[] {
    const taken = this.#taken.get(lane) ?? new Array<number>(this.#declared[lane] ?? 1).fill(0);
    this.#taken.set(lane, taken);
    return taken;
  }
}
