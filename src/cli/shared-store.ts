import type { OutputRecord, StageRecord } from '../engine/index.ts';
import type { LocalStore, Store } from '../engine/store/index.ts';
import { openTaskDisplay } from './display.ts';
import type { ProjectContext } from './project.ts';
import { hasRemotes, type RemoteOptions } from './remote-options.ts';

/** A store with the shared caches of a command behind it, if there are any. */
export interface SharedStore {
  readonly store: Store;
  /** Reads every object of a record, here or in a shared cache, and compares it with its digest; false if one is not available. */
  check(record: StageRecord): Promise<boolean>;
  /** Downloads the content of an output to the local store, if it is missing there and a shared cache has it. */
  bring(output: OutputRecord): Promise<void>;
  /** Waits until everything published is sent, or stops sending. */
  finish(waits: boolean): Promise<void>;
  close(): void;
}

/**
 * Puts the shared caches of the project behind a store.
 * @param options `sends`: whether published results are sent to them.
 */
export async function sharedStore(
  project: ProjectContext,
  local: LocalStore,
  remoteOptions: RemoteOptions,
  options: { readonly sends: boolean; readonly onWarning: (message: string) => void; readonly signal?: AbortSignal },
): Promise<SharedStore> {
  if (!hasRemotes(project, remoteOptions)) return alone(local);
  // Loaded if there is one: most projects have none.
  const [{ openRemotes }, { TieredStore }] = await Promise.all([
    import('./remotes.ts'),
    import('../remote/tiered-store.ts'),
  ]);
  const remotes = await openRemotes(project, remoteOptions, options.onWarning);
  const chain = remotes.chain(local, options.signal);
  const display = await openTaskDisplay(project);
  let isWaiting = false;
  const uploads = options.sends
    ? remotes.uploads(local, ({ done, records }) => {
        if (isWaiting) display.progress({ label: 'sending results', done, total: records, unit: 'results' });
      })
    : undefined;
  options.signal?.addEventListener('abort', () => void uploads?.stop(), { once: true });
  return {
    store: new TieredStore(local, chain, uploads),
    check: async (record) => (await isWhole(local, record)) || chain.check(record),
    bring: async (output) => void (await chain.bringOutput(output)),
    finish: async (waits) => {
      isWaiting = waits;
      await (waits ? uploads?.finish() : uploads?.stop());
      display.end();
    },
    close: () => remotes.close(),
  };
}

/** The same for a command that only reads: nothing is sent, and warnings go to standard error. */
export function openShared(project: ProjectContext, local: LocalStore, options: RemoteOptions): Promise<SharedStore> {
  const onWarning = (message: string) => project.stderr.write(`warning: ${message}\n`);
  return sharedStore(project, local, options, { sends: false, onWarning });
}

function alone(store: LocalStore): SharedStore {
  return {
    store,
    check: (record) => isWhole(store, record),
    bring: async () => undefined,
    finish: async () => undefined,
    close: () => undefined,
  };
}

async function isWhole(local: LocalStore, { key }: StageRecord): Promise<boolean> {
  return (await local.find(key, { verify: true })).state === 'hit';
}
