import { getEventListeners } from 'node:events';
import { describe, expect, test } from 'vitest';

/** Makes batches in threads, before they are used. */
export interface Maker<Job> {
  batches(jobs: Iterable<Job>): AsyncGenerator<unknown, void, void>;
  close(): Promise<void>;
}

/** How a maker is tested. */
export interface MakerCase<Job> {
  /** More than are made before they are used. */
  readonly jobs: readonly Job[];
  /** How many batches there is memory for, with two threads. */
  readonly slots: number;
  open(threads: number, signal: AbortSignal): Maker<Job>;
  /** A maker with a job that fails, and a part of the message. */
  broken(threads: number, signal: AbortSignal): { readonly maker: Maker<Job>; readonly job: Job; readonly why: string };
}

/** What holds for everything that makes batches in threads, in the order of their jobs. */
export function orderedWorkContract<Job>({ jobs, slots, open, broken }: MakerCase<Job>): void {
  const { signal } = new AbortController();
  const toEnd = async (batches: AsyncGenerator<unknown, void, void>) => {
    for await (const _ of batches);
  };

  describe.each([0, 2])('with %i threads', (threads) => {
    test('reports what broke', async () => {
      const { maker, job, why } = broken(threads, signal);
      await expect(maker.batches([job, ...jobs]).next()).rejects.toThrow(why);
      await maker.close();
    });

    test('stops with the reason of an abort, also if that was before it began', async () => {
      const controller = new AbortController();
      const maker = open(threads, controller.signal);
      const batches = maker.batches(jobs);
      await batches.next();
      const reason = new Error('stopped');
      controller.abort(reason);
      await expect(toEnd(batches)).rejects.toBe(reason);
      await maker.close();
      const late = open(threads, controller.signal);
      await expect(late.batches(jobs).next()).rejects.toBe(reason);
      await late.close();
    });

    test('makes one sequence at a time, and the next one after the first was left', async () => {
      const maker = open(threads, signal);
      const first = maker.batches(jobs);
      await first.next();
      await expect(maker.batches(jobs).next()).rejects.toThrow('one sequence at a time');
      await first.return();
      await toEnd(maker.batches(jobs));
      await maker.close();
    });

    test('no longer listens for an abort once it is closed', async () => {
      const controller = new AbortController();
      const maker = open(threads, controller.signal);
      expect(getEventListeners(controller.signal, 'abort')).toHaveLength(1);
      await maker.close();
      expect(getEventListeners(controller.signal, 'abort')).toEqual([]);
    });
  });

  test('makes nothing in threads that are closed', async () => {
    const maker = open(2, signal);
    await maker.close();
    await expect(maker.batches(jobs).next()).rejects.toThrow('are closed');
  });

  test('takes jobs only as far ahead as there is memory for', async () => {
    const maker = open(2, signal);
    let taken = 0;
    function* counted() {
      for (const job of jobs) {
        taken += 1;
        yield job;
      }
    }
    const batches = maker.batches(counted());
    await batches.next();
    expect(taken).toBe(slots);
    await batches.next();
    expect(taken).toBe(slots + 1);
    await batches.return();
    await maker.close();
  });
}
