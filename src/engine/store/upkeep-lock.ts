import type { Layout } from './layout.ts';
import type { Lock, Locks } from './locks.ts';
import type { StoreSession } from './session.ts';
import { changeOf } from './wait.ts';

const UPKEEP = 'upkeep';

/**
 * Separates removing (garbage collection, repair) from adding: many may publish at once, or one may remove. Each side first announces
 * itself and then looks for the other, so at least one of two sees the other.
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

  /** Waits until no process removes. */
  async ended(): Promise<void> {
    while (this.#locks.holder(UPKEEP) !== undefined) await changeOf(this.#layout.locks, UPKEEP);
  }

  /** Runs `add` while no process removes. */
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

  /** Runs `remove` while no other process removes or publishes. */
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
