import { statSync } from 'node:fs';
import type { Clock } from '../engine/index.ts';
import { type Put, type Remote, RemoteError, type RemoteUpkeep, type Take } from './remote.ts';

/** Attempts at one request, with waits of half a second, one and two in between, or what the server asks for. */
const attempts = 4;
const firstPauseMilliseconds = 500;
const longestPauseMilliseconds = 10_000;

/** The total time that one remote may cost a command in failed requests and waits; after that it is no longer used. */
export const patienceMilliseconds = 60_000;

/** What an answer may take, and how fast bytes must move in it: time beyond that counts like a failure, though the answer came. */
const answerMilliseconds = 5000;
const leastBytesPerMillisecond = 1;

/** What a request moves, as far as it did. */
interface Work {
  requests: number;
  bytes: number;
}

/** How failures of a remote are handled. */
export interface PatienceOptions {
  readonly clock: Clock;
  /** Called once, with a sentence, when the remote is no longer used. */
  readonly onGivenUp: (message: string) => void;
}

/**
 * A remote whose transient failures are tried again, and which is no longer used once failures and slow answers have cost a minute of this
 * command. A remote that is no longer used fails at once, so a dead server delays a run by a minute at most.
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
    return this.#persist(() => this.#remote.putRecord(key, sealed, signal), signal, {
      requests: 1,
      bytes: sealed.length,
    });
  }

  replaceRecord(key: string, sealed: Buffer, signal?: AbortSignal): Promise<void> {
    return this.#persist(() => this.#remote.replaceRecord(key, sealed, signal), signal, {
      requests: 1,
      bytes: sealed.length,
    });
  }

  missing(digests: readonly string[], signal?: AbortSignal): Promise<readonly string[]> {
    return this.#persist(() => this.#remote.missing(digests, signal), signal, { requests: digests.length, bytes: 0 });
  }

  fetch(digest: string, take: Take, signal?: AbortSignal): Promise<'fetched' | 'absent'> {
    const work = { requests: 1, bytes: 0 };
    const counted: Take = (content) => take(counting(content, work));
    return this.#persist(() => this.#remote.fetch(digest, counted, signal), signal, work);
  }

  putObject(digest: string, file: string, signal?: AbortSignal): Promise<Put> {
    return this.#persist(() => this.#remote.putObject(digest, file, signal), signal, {
      requests: 1,
      bytes: sizeOf(file),
    });
  }

  replaceObject(digest: string, file: string, signal?: AbortSignal): Promise<void> {
    return this.#persist(() => this.#remote.replaceObject(digest, file, signal), signal, {
      requests: 1,
      bytes: sizeOf(file),
    });
  }

  close(): void {
    this.#remote.close();
  }

  async #persist<T>(
    request: () => Promise<T>,
    signal: AbortSignal | undefined,
    work: Work = { requests: 1, bytes: 0 },
  ): Promise<T> {
    for (let attempt = 1; ; attempt += 1) {
      if (this.#reason !== undefined) throw new RemoteError(this.#reason, { transient: false });
      const { clock } = this.#options;
      const started = clock.now();
      try {
        const answer = await request();
        const allowed = answerMilliseconds * work.requests + work.bytes / leastBytesPerMillisecond;
        this.#lose(Math.max(0, clock.now() - started - allowed), 'it answers too slowly');
        return answer;
      } catch (error) {
        if (!(error instanceof RemoteError) || signal?.aborted) throw error;
        const pause = Math.min(
          error.retryAfter === undefined ? firstPauseMilliseconds * 2 ** (attempt - 1) : error.retryAfter * 1000,
          longestPauseMilliseconds,
        );
        if (error.transient && attempt < attempts) await this.#wait(pause, signal);
        this.#lose(clock.now() - started, error.message);
        if (!error.transient || attempt === attempts) throw error;
      }
    }
  }

  #lose(milliseconds: number, because: string): void {
    this.#lostMilliseconds += milliseconds;
    if (this.#lostMilliseconds < patienceMilliseconds || this.#reason !== undefined) return;
    this.#reason = `${this.address} is no longer used`;
    this.#options.onGivenUp(
      `The remote ${this.address} is no longer used, because its failures have cost ${patienceMilliseconds / 1000} seconds: ${because}.`,
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

async function* counting(content: AsyncIterable<Uint8Array>, work: Work): AsyncIterable<Uint8Array> {
  for await (const chunk of content) {
    work.bytes += chunk.length;
    yield chunk;
  }
}

/** The size of a file; of a missing one, which the request will report, nothing. */
function sizeOf(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.size ?? 0;
}
