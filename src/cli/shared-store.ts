import type { OutputRecord, StageRecord } from '../engine/index.ts';
import { type LocalStore, type Store, writeRecord } from '../engine/store/index.ts';
import type { RemoteChain } from '../remote/remote-chain.ts';
import { warn } from './context.ts';
import { openTaskDisplay } from './display.ts';
import type { ProjectContext } from './project.ts';
import { isPullRequest } from './pull-request.ts';
import { hasRemotes, type RemoteOptions } from './remote-options.ts';
import type { OpenRemotes } from './remotes.ts';

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
 * @param options `sends`: whether published results are sent to them; `proves`: whether it is about proof, not about results. In a pull
 * request, and with `--trust-from`, local records then count only if a trusted key signed them.
 */
export async function sharedStore(
  project: ProjectContext,
  local: LocalStore,
  remoteOptions: RemoteOptions,
  options: {
    readonly sends: boolean;
    readonly proves?: boolean;
    readonly onWarning: (message: string) => void;
    readonly signal?: AbortSignal;
  },
): Promise<SharedStore> {
  if (!hasRemotes(project, remoteOptions)) return alone(local);
  // Opened when something is asked that is not here: most runs of most projects find everything in the local store.
  let opening: Promise<OpenRemotes> | undefined;
  const opened = () => {
    opening ??= import('./remotes.ts').then(({ openRemotes }) =>
      openRemotes(project, remoteOptions, options.onWarning),
    );
    return opening;
  };
  let reading: Promise<RemoteChain> | undefined;
  const chain = () => {
    reading ??= opened().then((remotes) => remotes.chain(local, options.signal));
    return reading;
  };
  let isWaiting = false;
  let sending: ReturnType<typeof startSending> | undefined;
  const startSending = async () => {
    const [remotes, display] = await Promise.all([opened(), openTaskDisplay(project)]);
    const uploads = remotes.uploads(local, {
      onProgress: ({ done, records }) => {
        if (isWaiting) display.progress({ label: 'sending results', done, total: records, unit: 'results' });
      },
    });
    options.signal?.addEventListener('abort', () => void uploads?.stop(), { once: true });
    return { uploads, display };
  };
  const uploads = async () => {
    if (!options.sends) return undefined;
    sending ??= startSending();
    return (await sending).uploads;
  };
  // What was typed is checked at once.
  if (remoteOptions.trustFrom !== undefined || (remoteOptions.remote || []).length > 0) await opened();
  const proves =
    remoteOptions.trustFrom !== undefined || (options.proves === true && isPullRequest(project.environment));
  const believes = proves ? (await opened()).believes(local) : undefined;
  const { TieredStore } = await import('../remote/tiered-store.ts');
  return {
    store: new TieredStore(local, { chain, uploads, ...(believes && { believes }) }),
    check: async (record) => (await isWhole(local, record)) || (await chain()).check(record),
    bring: async (output) => {
      if (local.pathOf(output) === undefined) await (await chain()).bringOutput(output);
    },
    finish: async (waits) => {
      isWaiting = waits;
      const started = await sending;
      await (waits ? started?.uploads?.finish() : started?.uploads?.stop());
      started?.display.end();
    },
    close: () =>
      void opening?.then(
        (remotes) => remotes.close(),
        () => undefined,
      ),
  };
}

/** The same for a command that only reads: nothing is sent, and warnings go to standard error. */
export function openShared(project: ProjectContext, local: LocalStore, options: RemoteOptions): Promise<SharedStore> {
  const onWarning = (message: string) => warn(project, message);
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

/** Whether the local store has just this record with all its content. */
async function isWhole(local: LocalStore, record: StageRecord): Promise<boolean> {
  const here = await local.find(record.key, { verify: true });
  return here.state === 'hit' && writeRecord(here.record) === writeRecord(record);
}
