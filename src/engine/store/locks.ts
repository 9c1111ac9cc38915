import { lstatSync, readlinkSync, renameSync, symlinkSync, unlinkSync } from 'node:fs';
import { hasCode, ifThere } from '../../disk/codes.ts';
import { makeFolder } from '../../disk/folders.ts';
import type { ProcessIdentity } from '../../disk/process-identity.ts';
import { sha256 } from '../../disk/sha256.ts';
import type { Layout } from './layout.ts';
import type { StoreSession } from './session.ts';

/** A lock that is held until it is released, or until its process is gone. */
export interface Lock {
  release(): void;
}

/** The result of trying to take a lock. */
export type Attempt = { readonly lock: Lock } | { readonly holder: ProcessIdentity };

/**
 * Locks between processes: broken symlinks whose target names the holder. They are created in one step, with their content, also on network
 * file systems, and need no block of a full disk. A lock is void as soon as its holder's process is gone.
 */
export class Locks {
  readonly #layout: Layout;
  readonly #session: StoreSession;
  readonly #held = new Set<Lock>();
  #serial = 0;

  constructor(layout: Layout, session: StoreSession) {
    this.#layout = layout;
    this.#session = session;
    makeFolder(layout.locks);
  }

  /** Takes the lock, or tells who holds it; never waits. */
  attempt(name: string): Attempt {
    const path = this.#layout.lock(name);
    this.#serial += 1;
    const own = `${this.#session.token}.${this.#serial}`;
    for (;;) {
      if (link(own, path)) return { lock: this.#hold(path, own) };
      const other = readLock(path);
      if (other === undefined) continue;
      const holder = this.#holderOf(other);
      if (holder !== undefined) return { holder };
      // A dead holder's lock is replaced under a lock named after it: two processes that find it dead cannot both replace it, and one that
      // is late finds another name in the symlink.
      const replacing = this.attempt(replacementOf(name, other));
      if ('holder' in replacing) return replacing;
      try {
        if (readLock(path) !== other) continue;
        this.#session.endProcessesOf(sessionIn(other));
        const replacement = this.#session.temporary();
        symlinkSync(own, replacement);
        renameSync(replacement, path);
        return { lock: this.#hold(path, own) };
      } finally {
        replacing.lock.release();
      }
    }
  }

  /** The live holder of a lock, if there is one. */
  holder(name: string): ProcessIdentity | undefined {
    const content = readLock(this.#layout.lock(name));
    return content === undefined ? undefined : this.#holderOf(content);
  }

  releaseAll(): void {
    for (const lock of this.#held) lock.release();
  }

  #holderOf(content: string): ProcessIdentity | undefined {
    return this.#session.holderOf(sessionIn(content))?.process;
  }

  #hold(path: string, own: string): Lock {
    const lock = {
      release: () => {
        if (this.#held.delete(lock) && readLock(path) === own) ifThere(() => unlinkSync(path));
      },
    };
    this.#held.add(lock);
    return lock;
  }
}

/** The lock under which a dead holder's lock is replaced; the name does not grow with each replacement. */
export function replacementOf(name: string, deadHolder: string): string {
  return `${name.split('.')[0]}.${sha256(`${name} ${deadHolder}`).slice(0, 16)}`;
}

function sessionIn(content: string): string {
  return content.slice(0, content.lastIndexOf('.'));
}

/** Creates the lock's symlink, or finds an existing one. */
function link(own: string, path: string): boolean {
  try {
    symlinkSync(own, path);
    return true;
  } catch (error) {
    // A server that lost its first answer may report this for a symlink that is ours.
    if (hasCode(error, 'EEXIST')) return readLock(path) === own;
    throw error;
  }
}

/** The holder of a lock; nobody, if the path is not a symlink. */
function readLock(path: string): string | undefined {
  return ifThere(() => (lstatSync(path).isSymbolicLink() ? readlinkSync(path) : ''));
}
