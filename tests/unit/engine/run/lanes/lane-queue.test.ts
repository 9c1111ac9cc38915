import { describe, expect, test } from 'vitest';
import { LaneQueue, type LaneTask, type Limits } from '../../../../../src/engine/run/lanes/lane-queue.ts';
import { UserError } from '../../../../../src/problem/errors.ts';

/** A queue whose tasks run until they are ended by name. */
class Bench {
  readonly running = new Map<string, { readonly place: number; end(): void }>();
  readonly started: string[] = [];
  readonly queue: LaneQueue;

  constructor(lanes: Record<string, number>, rest: Omit<Limits, 'lanes'> = {}) {
    this.queue = new LaneQueue({ lanes, ...rest });
  }

  task(name: string, priority = 0, rest: Partial<LaneTask> = {}): LaneTask {
    const run = (place: number) =>
      new Promise<void>((resolve) => {
        this.started.push(name);
        this.running.set(name, { place, end: resolve });
      });
    return { lane: 'gpu', share: 1, memoryBytes: 0, priority, run, ...rest };
  }

  /** Ends tasks and lets the queue react. */
  async end(...names: readonly string[]): Promise<void> {
    for (const name of names) {
      this.running.get(name)!.end();
      this.running.delete(name);
    }
    await new Promise((resolve) => setImmediate(resolve));
  }

  get names(): readonly string[] {
    return [...this.running.keys()];
  }
}

describe('LaneQueue', () => {
  test('starts the highest priority of those added together, one a place, others as places come free', async () => {
    const bench = new Bench({ gpu: 2 });
    bench.queue.add([
      bench.task('low', 1),
      bench.task('high', 9),
      bench.task('middle', 5),
      bench.task('also middle', 5),
    ]);
    expect(bench.started).toEqual(['high', 'middle']);
    expect([...bench.running.values()].map(({ place }) => place)).toEqual([0, 1]);
    await bench.end('middle');
    expect(bench.started.at(-1)).toBe('also middle');
    expect(bench.running.get('also middle')?.place).toBe(1);
    await bench.end('high', 'also middle');
    expect(bench.names).toEqual(['low']);
    expect(bench.running.get('low')?.place).toBe(0);
  });

  test('gives a lane that nobody declared one place', () => {
    const bench = new Bench({});
    bench.queue.add([bench.task('a'), bench.task('b')]);
    expect(bench.names).toEqual(['a']);
  });

  test('fills the other lane while one is full', () => {
    const bench = new Bench({ gpu: 1, cpu: 1 });
    bench.queue.add([bench.task('a', 9), bench.task('b', 8), bench.task('c', 1, { lane: 'cpu' })]);
    expect(bench.names).toEqual(['a', 'c']);
  });

  test('never runs more at once than jobs, whatever the lanes allow', async () => {
    const bench = new Bench({ cpu: 8 }, { jobs: 2 });
    bench.queue.add(['a', 'b', 'c', 'd'].map((name) => bench.task(name, 0, { lane: 'cpu' })));
    expect(bench.names).toEqual(['a', 'b']);
    await bench.end('a', 'b');
    expect(bench.names).toEqual(['c', 'd']);
  });

  test('lets shares fill a place together, and starts several when a whole one ends', async () => {
    const bench = new Bench({ gpu: 1 });
    const small = (name: string, share: number) => bench.task(name, 0, { share });
    bench.queue.add([bench.task('whole', 9), small('a', 0.5), small('b', 0.25), small('c', 0.25), small('d', 0.1)]);
    expect(bench.names).toEqual(['whole']);
    await bench.end('whole');
    expect(bench.names).toEqual(['a', 'b', 'c']);
    await bench.end('b');
    expect(bench.names).toEqual(['a', 'c', 'd']);
  });

  test('fits shares that add up to a place, though their sum in floating point is more', () => {
    const bench = new Bench({ gpu: 1 });
    const shares = [0.8, 0.05, 0.05, 0.1, 0.01];
    expect(0.8 + 0.05 + 0.05 + 0.1).toBeGreaterThan(1);
    bench.queue.add(shares.map((share, index) => bench.task(`${index}`, 0, { share })));
    expect(bench.names).toEqual(['0', '1', '2', '3']);
  });

  test('lets no small share overtake a whole one that waits for its place', async () => {
    const bench = new Bench({ gpu: 1 });
    bench.queue.add([
      bench.task('half', 9, { share: 0.5 }),
      bench.task('whole', 5),
      bench.task('other half', 1, { share: 0.5 }),
    ]);
    expect(bench.names).toEqual(['half']);
    await bench.end('half');
    expect(bench.names).toEqual(['whole']);
  });

  test('starts no more than memory suffices for; what takes none is not held up', async () => {
    const bench = new Bench({ cpu: 8 }, { memoryBytes: 10 });
    const task = (name: string, memoryBytes: number) => bench.task(name, 0, { lane: name, memoryBytes });
    bench.queue.add([task('a', 6), task('b', 5), task('c', 4), task('d', 0)]);
    expect(bench.names).toEqual(['a', 'd']);
    await bench.end('a');
    expect(bench.names).toEqual(['d', 'b', 'c']);
  });

  test('lets nobody of a lower priority take the memory that another lane waits for', async () => {
    const bench = new Bench({}, { memoryBytes: 10 });
    const task = (name: string, memoryBytes: number, priority: number) =>
      bench.task(name, priority, { lane: name, memoryBytes });
    bench.queue.add([task('a', 6, 9), task('large', 8, 5), task('small', 1, 1), task('urgent', 2, 7)]);
    expect(bench.names).toEqual(['a', 'urgent']);
    await bench.end('a');
    expect(bench.names).toEqual(['urgent', 'large']);
    await bench.end('urgent');
    expect(bench.names).toEqual(['large', 'small']);
  });

  test('runs what takes more memory than there is alone', async () => {
    const bench = new Bench({}, { memoryBytes: 10 });
    const task = (name: string, memoryBytes: number, priority: number) =>
      bench.task(name, priority, { lane: name, memoryBytes });
    bench.queue.add([task('huge', 12, 9), task('small', 1, 1)]);
    expect(bench.names).toEqual(['huge']);
    await bench.end('huge');
    expect(bench.names).toEqual(['small']);
  });

  test('forgets what has not started when cleared', async () => {
    const bench = new Bench({ gpu: 1 });
    bench.queue.add([bench.task('a'), bench.task('b')]);
    bench.queue.clear();
    await bench.end('a');
    expect(bench.started).toEqual(['a']);
    bench.queue.add([bench.task('c')]);
    expect(bench.names).toEqual(['c']);
  });

  test('refuses a lane without a place: what waits for it would wait for ever', () => {
    expect(() => new LaneQueue({ lanes: { gpu: 0 } })).toThrow(UserError);
  });
});
