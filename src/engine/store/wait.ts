import { type FSWatcher, watch } from 'node:fs';

/** How long a change may go unnoticed where the system does not report it: a killed holder, another host's write. */
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
      // No watch to be had (too many already, or a file system without): the timer is enough.
    }
  });
}
