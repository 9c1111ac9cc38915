import { randomUUID } from 'node:crypto';
import { constants } from 'node:fs';
import { chmod, copyFile, link, mkdir, open, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { hasCode, isAbsent, refusalWords } from '../../disk/codes.ts';
import { sync, writeDurably } from '../../disk/durable.ts';
import {
  type EntryKind,
  isEntryName,
  type Put,
  type Remote,
  type RemoteEntry,
  RemoteError,
  type RemoteUpkeep,
  type Take,
} from '../remote.ts';
import { largestRecord } from '../sealed-record.ts';

/** A folder that many machines see: `ac/KEY`, `cas/DIGEST`. Entries appear complete. */
export class FolderRemote implements Remote {
  readonly address: string;
  readonly unaskedBytes = 0;
  readonly upkeep: RemoteUpkeep = {
    list: () => this.#list(),
    remove: (kind, name) => this.#guard(() => rm(this.#path(kind, name), { force: true })),
  };
  readonly #folder: string;

  /** @param folder absolute path; it must exist, because a missing mount must not become a folder on the local disk. */
  constructor(folder: string) {
    this.#folder = folder;
    this.address = folder;
  }

  record(key: string): Promise<Buffer | undefined> {
    return this.#guard(async () => {
      const path = this.#path('ac', key);
      const bytes = await ifPresent(async () => {
        if ((await stat(path)).size > largestRecord) throw tooLarge(path);
        return readFile(path);
      });
      if (bytes === undefined) await stat(this.#folder);
      return bytes;
    });
  }

  putRecord(key: string, sealed: Buffer): Promise<Put> {
    return this.#guard(() =>
      this.#write(async (draft) => {
        await writeDurably(draft, sealed);
        return this.#name(draft, this.#path('ac', key));
      }),
    );
  }

  async replaceRecord(key: string, sealed: Buffer): Promise<void> {
    await this.#guard(() =>
      this.#write(async (draft) => {
        await writeDurably(draft, sealed);
        await this.#rename(draft, this.#path('ac', key));
      }),
    );
  }

  missing(digests: readonly string[]): Promise<readonly string[]> {
    return this.#guard(async () => {
      const found = await Promise.all(digests.map((digest) => ifPresent(() => stat(this.#path('cas', digest)))));
      if (found.includes(undefined)) await stat(this.#folder);
      return digests.filter((_, index) => found[index] === undefined);
    });
  }

  async fetch(digest: string, take: Take): Promise<'fetched' | 'absent'> {
    const file = await this.#guard(() => ifPresent(() => open(this.#path('cas', digest))));
    if (!file) return 'absent';
    const content = file.createReadStream();
    const guard = <T>(action: () => Promise<T>) => this.#guard(action);
    try {
      await take(
        (async function* () {
          const chunks = content[Symbol.asyncIterator]();
          for (;;) {
            const { done, value } = await guard(() => chunks.next());
            if (done) return;
            yield value as Buffer;
          }
        })(),
      );
      return 'fetched';
    } finally {
      content.destroy();
    }
  }

  putObject(digest: string, file: string): Promise<Put> {
    return this.#copied(file, (draft) => this.#name(draft, this.#path('cas', digest)));
  }

  async replaceObject(digest: string, file: string): Promise<void> {
    await this.#copied(file, (draft) => this.#rename(draft, this.#path('cas', digest)));
  }

  close(): void {
    // Nothing stays open between calls.
  }

  async *#list(): AsyncIterable<RemoteEntry> {
    for (const kind of ['ac', 'cas'] as const) {
      const names = (await this.#guard(() => ifPresent(() => readdir(join(this.#folder, kind))))) ?? [];
      for (const name of names.filter(isEntryName)) {
        const found = await this.#guard(() => ifPresent(() => stat(this.#path(kind, name))));
        if (found) yield { kind, name, bytes: found.size, modified: found.mtimeMs };
      }
    }
  }

  #copied<T>(file: string, use: (draft: string) => Promise<T>): Promise<T> {
    return this.#guard(() =>
      this.#write(async (draft) => {
        await copyFile(file, draft, constants.COPYFILE_FICLONE);
        await sync(draft);
        return use(draft);
      }),
    );
  }

  /** Writes next to the entries, on the same file system, and renames last. */
  async #write<T>(use: (draft: string) => Promise<T>): Promise<T> {
    // The folder itself is not created: it may be a mount that is missing now.
    await this.#make(join(this.#folder, 'tmp'));
    const draft = join(this.#folder, 'tmp', randomUUID());
    try {
      return await use(draft);
    } finally {
      await rm(draft, { force: true });
    }
  }

  async #rename(draft: string, path: string): Promise<void> {
    await this.#make(dirname(path));
    await this.#share(draft);
    await rename(draft, path);
  }

  /** Gives a draft its name unless the name is taken: a hard link is created or refused in one step. */
  async #name(draft: string, path: string): Promise<Put> {
    await this.#make(dirname(path));
    await this.#share(draft);
    try {
      await link(draft, path);
      return 'stored';
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'EEXIST') return 'present';
      throw error;
    }
  }

  /** Creates a folder with the mode of the shared one, whatever the umask: who may write there may write here. */
  async #make(folder: string): Promise<void> {
    try {
      await mkdir(folder);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'EEXIST') return;
      throw error;
    }
    await chmod(folder, (await stat(this.#folder)).mode & 0o7777);
  }

  /** Lets those read and write a file who may do so with the shared folder. */
  async #share(file: string): Promise<void> {
    await chmod(file, (await stat(this.#folder)).mode & 0o666);
  }

  async #guard<T>(action: () => Promise<T>): Promise<T> {
    try {
      return await action();
    } catch (error) {
      if (error instanceof RemoteError) throw error;
      throw new RemoteError(`the folder ${this.#folder} cannot be used: ${refusalWords(error as Error)}`, {
        transient: hasCode(error, 'ESTALE', 'EAGAIN', 'EIO'),
        cause: error,
      });
    }
  }

  #path(kind: EntryKind, name: string): string {
    return join(this.#folder, kind, name);
  }
}

function tooLarge(path: string): RemoteError {
  return new RemoteError(`${path} is larger than any record (${largestRecord} bytes)`, { transient: false });
}

async function ifPresent<T>(action: () => Promise<T>): Promise<T | undefined> {
  try {
    return await action();
  } catch (error) {
    if (isAbsent(error)) return undefined;
    throw error;
  }
}
