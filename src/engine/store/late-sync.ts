import { isAbsent } from '../../disk/codes.ts';
import { sync } from '../../disk/durable.ts';

/** Makes the names in folders survive a power failure, slightly later than requested and for many requests together. */
export class LateSync {
  readonly #folders = new Set<string>();
  #running: Promise<void> | undefined;
  #error: unknown;

  add(folder: string): void {
    this.#folders.add(folder);
    this.#running ??= this.#run();
  }

  /** Resolves once nothing is left to do. @throws what the system reported for any folder. */
  async finish(): Promise<void> {
    await this.#running;
    if (this.#error !== undefined) throw this.#error;
  }

  async #run(): Promise<void> {
    try {
      while (this.#folders.size > 0) {
        const folders = [...this.#folders];
        this.#folders.clear();
        await Promise.all(folders.map(syncIfThere));
      }
    } catch (error) {
      this.#error = error;
    } finally {
      this.#running = undefined;
    }
  }
}

/** A deleted folder has no names to keep. */
async function syncIfThere(folder: string): Promise<void> {
  try {
    await sync(folder);
  } catch (error) {
    if (!isAbsent(error)) throw error;
  }
}
