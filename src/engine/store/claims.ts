import { stateOf } from '../../disk/file-state.ts';
import { processWords } from '../../disk/process-identity.ts';
import type { StageRecord } from '../record.ts';
import type { Layout } from './layout.ts';
import type { Lock, Locks } from './locks.ts';
import { changeOf } from './wait.ts';

/** The result of claiming a key: ours to compute, or computed by another process. */
export type ClaimOutcome = { readonly lock: Lock } | { readonly record: StageRecord };

/** Lets one process at a time compute a key; the others get what it published. */
export class KeyClaims {
  readonly #layout: Layout;
  readonly #locks: Locks;
  readonly #recordOf: (key: string) => Promise<StageRecord | undefined>;

  /** @param recordOf the complete, verified record of a key, if there is one. */
  constructor(layout: Layout, locks: Locks, recordOf: (key: string) => Promise<StageRecord | undefined>) {
    this.#layout = layout;
    this.#locks = locks;
    this.#recordOf = recordOf;
  }

  /** Waits for the key. With `force`, only a record that appears while waiting counts. */
  async claim(
    key: string,
    options: { readonly onWait: (holder: string) => void; readonly signal: AbortSignal; readonly force?: boolean },
  ): Promise<ClaimOutcome> {
    const ignored = options.force ? this.#edition(key) : undefined;
    let told: string | undefined;
    for (;;) {
      options.signal.throwIfAborted();
      const attempt = this.#locks.attempt(key);
      if ('lock' in attempt) return this.#unlessPublished(key, attempt.lock, ignored);
      const holder = processWords(attempt.holder);
      if (holder !== told) options.onWait(holder);
      told = holder;
      await changeOf(this.#layout.locks, key, options.signal);
    }
  }

  /** The previous holder of the lock may have published what we were about to compute. */
  async #unlessPublished(key: string, lock: Lock, ignored: bigint | undefined): Promise<ClaimOutcome> {
    try {
      const record = this.#edition(key) === ignored ? undefined : await this.#recordOf(key);
      if (record === undefined) return { lock };
      lock.release();
      return { record };
    } catch (error) {
      lock.release();
      throw error;
    }
  }

  /** Distinguishes publications of a key: each is a new file. */
  #edition(key: string): bigint | undefined {
    return stateOf(this.#layout.record(key))?.inode;
  }
}
