import { randomUUID } from 'node:crypto';
import { open, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { isAbsent } from '../../disk/codes.ts';
import { isProcessIdentity, type ProcessIdentity, processName, thisProcess } from '../../disk/process-identity.ts';
import { BEAT_MILLISECONDS, fileSystemNow, isAtWork, SILENCE_MILLISECONDS } from '../../disk/signs-of-life.ts';
import { isJsonObject } from '../../json/json.ts';
import { parseJson } from '../../json/parse-json.ts';

const pollMilliseconds = 250;

/**
 * Does work that only one process at a time should do; the lock of a dead holder is taken over. If a holder is wrongly considered dead (it
 * was suspended), two may work at once, so the work must publish by rename.
 * @param onWait called once for each holder that this one waits for.
 */
export async function withLock<T>(
  path: string,
  options: { onWait: (holder: ProcessIdentity | undefined) => void; signal?: AbortSignal | undefined },
  work: () => Promise<T>,
): Promise<T> {
  const own = JSON.stringify({ process: thisProcess(), claim: randomUUID() });
  let waitingFor: string | undefined;
  while (!(await acquired(path, own))) {
    options.signal?.throwIfAborted();
    const found = await look(path);
    if (!found) continue;
    if (isGone(found, path)) {
      await evict(path, found.content);
    } else {
      if (waitingFor !== found.content) options.onWait(found.holder);
      waitingFor = found.content;
      await delay(pollMilliseconds, undefined, options.signal ? { signal: options.signal } : {});
    }
  }
  // The same bytes again, not a touch: that would use the clock of this host.
  const beat = setInterval(() => {
    writeFile(path, own, { flag: 'r+' }).catch(() => undefined);
  }, BEAT_MILLISECONDS);
  beat.unref();
  try {
    return await work();
  } finally {
    clearInterval(beat);
    if ((await look(path))?.content === own) await rm(path, { force: true });
  }
}

interface SeenLock {
  readonly content: string;
  /** Undefined while the holder is still writing it, and if it is invalid. */
  readonly holder: ProcessIdentity | undefined;
  readonly touched: number;
}

async function acquired(path: string, own: string): Promise<boolean> {
  try {
    const file = await open(path, 'wx');
    await file.writeFile(own);
    await file.close();
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

async function look(path: string): Promise<SeenLock | undefined> {
  try {
    const content = await readFile(path, 'utf8');
    const { mtimeMs } = await stat(path);
    return { content, holder: holderIn(content), touched: mtimeMs };
  } catch (error) {
    if (isAbsent(error)) return undefined;
    throw error;
  }
}

function holderIn(content: string): ProcessIdentity | undefined {
  const value = parseJson(content);
  if (!isJsonObject(value) || !isProcessIdentity(value['process'])) return undefined;
  return value['process'] as unknown as ProcessIdentity;
}

function isGone({ holder, touched }: SeenLock, path: string): boolean {
  const silence = () => fileSystemNow(path) - touched;
  return holder === undefined ? silence() >= SILENCE_MILLISECONDS : !isAtWork(holder, thisProcess(), silence);
}

/** Moves a dead holder's lock aside; if several try, one moves it, and a live one moved by mistake is put back. */
async function evict(path: string, content: string): Promise<void> {
  const aside = `${path}.${processName(thisProcess())}.${randomUUID()}`;
  try {
    await rename(path, aside);
    if ((await readFile(aside, 'utf8')) === content) await rm(aside);
    else await rename(aside, path);
  } catch (error) {
    if (!isAbsent(error)) throw error;
  }
}
