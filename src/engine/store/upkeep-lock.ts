import type { Layout } from './layout.ts';
import type { Lock, Locks } from './locks.ts';
import type { StoreSession } from './session.ts';
import { changeOf } from './wait.ts';

const UPKEEP = 'upkeep';

/**
 * Keeps what removes (garbage collection, repair) apart from what adds: many may publish at once, or one may remove.
 * Each side first shows itself, then looks for the other, so that at least one of two sees the other.
 */
export class UpkeepLock {
  readonly #layout: Layout;
  readonly #session: StoreSession;
  readonly #locks: Locks;

  constructor(layout: Layout, session: StoreSession, locks: Locks) {
    this.#layout = layout;
    this.#session = session;
    this.#locks = locks;
  }

  /** Waits until nobody removes. */
  async ended(): Promise<void> {
    while (this.#locks.holder(UPKEEP) !== undefined) await changeOf(this.#layout.locks, UPKEEP);
  }

  /** Runs `add` at a time when nobody removes. */
  async share<T>(add: () => Promise<T>): Promise<T> {
    for (;;) {
      const unmark = this.#session.markPublishing();
      try {
        if (this.#locks.holder(UPKEEP) === undefined) return await add();
      } finally {
        unmark();
      }
      await this.ended();
    }
  }

  /** Runs `remove` at a time when nobody else removes and nobody publishes. */
  async exclude<T>(remove: () => Promise<T>): Promise<T> {
    const lock = await this.#take();
    try {
      while (this.#session.someonePublishes()) await changeOf(this.#layout.sessions, UPKEEP);
      return await remove();
    } finally {
      lock.release();
    }
  }

  async #take(): Promise<Lock> {
    for (;;) {
      const attempt = this.#locks.attempt(UPKEEP);
      if ('lock' in attempt) return attempt.lock;
      await changeOf(this.#layout.locks, UPKEEP);
    }
  }
}
