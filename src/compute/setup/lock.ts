import { open, readFile, rename, rm, stat, utimes } from 'node:fs/promises';
import { hostname } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';

/** Who holds a lock. */
export interface Holder {
  readonly process: number;
  readonly host: string;
}

const beatMilliseconds = 5_000;
/** A holder that has not touched its lock for so long is gone, wherever it ran. */
const silenceMilliseconds = 60_000;
const pollMilliseconds = 250;

/**
 * Does work that only one process at a time should do; the lock of a holder that died is taken over.
 * Where a holder is wrongly taken for dead (it was suspended) two may work at once: publish by rename under it.
 * @param onWait hears, once per holder, whom this one waits for.
 */
export async function withLock<T>(
  path: string,
  options: { onWait: (holder: Holder | undefined) => void; signal?: AbortSignal | undefined },
  work: () => Promise<T>,
): Promise<T> {
  let waitingFor: string | undefined;
  while (!(await acquired(path))) {
    options.signal?.throwIfAborted();
    const found = await look(path);
    if (!found) continue;
    if (isGone(found)) {
      await evict(path, found.content);
    } else {
      if (waitingFor !== found.content) options.onWait(found.holder);
      waitingFor = found.content;
      await delay(pollMilliseconds, undefined, options.signal ? { signal: options.signal } : {});
    }
  }
  const beat = setInterval(() => {
    const now = new Date();
    utimes(path, now, now).catch(() => undefined);
  }, beatMilliseconds);
  beat.unref();
  try {
    return await work();
  } finally {
    clearInterval(beat);
    if ((await look(path))?.content === signature()) await rm(path, { force: true });
  }
}

interface Found {
  readonly content: string;
  /** Undefined where the holder is only just writing it. */
  readonly holder: Holder | undefined;
  readonly touched: number;
}

function signature(): string {
  const holder: Holder = { process: process.pid, host: hostname() };
  return JSON.stringify(holder);
}

async function acquired(path: string): Promise<boolean> {
  try {
    const file = await open(path, 'wx');
    await file.writeFile(signature());
    await file.close();
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

async function look(path: string): Promise<Found | undefined> {
  try {
    const content = await readFile(path, 'utf8');
    const { mtimeMs } = await stat(path);
    return { content, holder: content === '' ? undefined : (JSON.parse(content) as Holder), touched: mtimeMs };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

function isGone({ holder, touched }: Found): boolean {
  if (Date.now() - touched > silenceMilliseconds) return true;
  if (!holder || holder.host !== hostname()) return false;
  try {
    process.kill(holder.process, 0);
    return false;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ESRCH';
  }
}

/** Moves a dead holder's lock aside; of several that try, one moves it, and a living one moved by mistake is put back. */
async function evict(path: string, content: string): Promise<void> {
  const aside = `${path}.${process.pid}`;
  try {
    await rename(path, aside);
    if ((await readFile(aside, 'utf8')) === content) await rm(aside);
    else await rename(aside, path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
}
