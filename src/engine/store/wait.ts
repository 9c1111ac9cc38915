import { type FSWatcher, watch } from 'node:fs';

/** How long a change may go unnoticed if the system does not report it: a killed holder, a write from another host. */
const POLL_MILLISECONDS = 250;

/** Resolves when the file of this name in the directory may have changed; rejects with the signal's reason. */
export function changeOf(directory: string, name: string, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    let watcher: FSWatcher | undefined;
    const settle = (finish: () => void) => () => {
      clearTimeout(timer);
      watcher?.close();
      signal?.removeEventListener('abort', abort);
      finish();
    };
    const done = settle(resolve);
    const abort = settle(() => reject(signal?.reason));
    const timer = setTimeout(done, POLL_MILLISECONDS);
    signal?.addEventListener('abort', abort, { once: true });
    if (signal?.aborted) return abort();
    try {
      watcher = watch(directory, (_, changed) => {
        if (changed === null || changed === name) done();
      });
      watcher.on('error', () => watcher?.close());
    } catch {
      // No watch is available (too many, or unsupported by the file system): the timer is enough.
    }
  });
}
