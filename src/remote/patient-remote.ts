import type { Clock } from '../engine/index.ts';
import { type Put, type Remote, RemoteError, type RemoteUpkeep, type Take } from './remote.ts';

/** Attempts at one request, with waits of half a second, one and two in between, or what the server asks for. */
const attempts = 4;
const firstPauseMilliseconds = 500;
const longestPauseMilliseconds = 10_000;

/** The total time that one remote may cost a command in failed requests and waits; after that it is no longer used. */
export const patienceMilliseconds = 60_000;

/** How failures of a remote are handled. */
export interface PatienceOptions {
  readonly clock: Clock;
  /** Called once, with a sentence, when the remote is no longer used. */
  readonly onGivenUp: (message: string) => void;
}

/**
 * A remote whose transient failures are tried again, and which is no longer used once failures have cost a minute of this command.
 * A remote that is no longer used fails at once, so a dead server delays a run by a minute at most.
 */
export class PatientRemote implements Remote {
  readonly address: string;
  readonly unaskedBytes: number;
  readonly upkeep?: RemoteUpkeep;
  readonly #remote: Remote;
  readonly #options: PatienceOptions;
  #lostMilliseconds = 0;
  #reason: string | undefined;

  constructor(remote: Remote, options: PatienceOptions) {
    this.#remote = remote;
    this.#options = options;
    this.address = remote.address;
    this.unaskedBytes = remote.unaskedBytes;
    const { upkeep } = remote;
    if (upkeep) {
      this.upkeep = {
        list: (signal) => upkeep.list(signal),
        remove: (kind, name, signal) => this.#persist(() => upkeep.remove(kind, name, signal), signal),
      };
    }
  }

  record(key: string, signal?: AbortSignal): Promise<Buffer | undefined> {
    return this.#persist(() => this.#remote.record(key, signal), signal);
  }

  putRecord(key: string, sealed: Buffer, signal?: AbortSignal): Promise<Put> {
    return this.#persist(() => this.#remote.putRecord(key, sealed, signal), signal);
  }

  replaceRecord(key: string, sealed: Buffer, signal?: AbortSignal): Promise<void> {
    return this.#persist(() => this.#remote.replaceRecord(key, sealed, signal), signal);
  }

  missing(digests: readonly string[], signal?: AbortSignal): Promise<readonly string[]> {
    return this.#persist(() => this.#remote.missing(digests, signal), signal);
  }

  fetch(digest: string, take: Take, signal?: AbortSignal): Promise<'fetched' | 'absent'> {
    return this.#persist(() => this.#remote.fetch(digest, take, signal), signal);
  }

  putObject(digest: string, file: string, signal?: AbortSignal): Promise<Put> {
    return this.#persist(() => this.#remote.putObject(digest, file, signal), signal);
  }

  replaceObject(digest: string, file: string, signal?: AbortSignal): Promise<void> {
    return this.#persist(() => this.#remote.replaceObject(digest, file, signal), signal);
  }

  close(): void {
    this.#remote.close();
  }

  async #persist<T>(request: () => Promise<T>, signal: AbortSignal | undefined): Promise<T> {
    for (let attempt = 1; ; attempt += 1) {
      if (this.#reason !== undefined) throw new RemoteError(this.#reason, { transient: false });
      const { clock } = this.#options;
      const started = clock.now();
      try {
        return await request();
      } catch (error) {
        if (!(error instanceof RemoteError) || signal?.aborted) throw error;
        const pause = Math.min(
          error.retryAfter === undefined ? firstPauseMilliseconds * 2 ** (attempt - 1) : error.retryAfter * 1000,
          longestPauseMilliseconds,
        );
        if (error.transient && attempt < attempts) await this.#wait(pause, signal);
        this.#lostMilliseconds += clock.now() - started;
        if (this.#lostMilliseconds >= patienceMilliseconds) this.#giveUp(error);
        if (!error.transient || attempt === attempts) throw error;
      }
    }
  }

  #giveUp({ message }: RemoteError): void {
    if (this.#reason !== undefined) return;
    this.#reason = `${this.address} is no longer used`;
    this.#options.onGivenUp(
      `The remote ${this.address} is no longer used, because its failures have cost ${patienceMilliseconds / 1000} seconds: ${message}.`,
    );
  }

  #wait(milliseconds: number, signal: AbortSignal | undefined): Promise<void> {
    return new Promise((resolve, reject) => {
      const onAbort = () => {
        cancel();
        reject(signal?.reason);
      };
      const cancel = this.#options.clock.after(milliseconds, () => {
        signal?.removeEventListener('abort', onAbort);
        resolve();
      });
      signal?.addEventListener('abort', onAbort, { once: true });
    });
  }
}
