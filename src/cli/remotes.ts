import { execFile } from 'node:child_process';
import { relative } from 'node:path';
import { promisify } from 'node:util';
import { type StageRecord, systemClock } from '../engine/index.ts';
import type { LocalStore } from '../engine/store/index.ts';
import { ConfigurationError } from '../problem/errors.ts';
import { type PublicKey, publicKeyOf } from '../remote/keys.ts';
import { openRemote, type RemoteSettings, urlProblem } from '../remote/open-remote.ts';
import { PatientRemote } from '../remote/patient-remote.ts';
import type { Remote } from '../remote/remote.ts';
import { type FoundDamage, RemoteChain } from '../remote/remote-chain.ts';
import { doubtOf, type Trust } from '../remote/sealed-record.ts';
import { type UploadProgress, Uploads } from '../remote/uploads.ts';
import { type ProjectSettings, readProject } from '../schema/index.ts';
import { type ProjectContext, projectFile } from './project.ts';
import { isPullRequest } from './pull-request.ts';
import type { RemoteOptions } from './remote-options.ts';
import { ownKey } from './signing.ts';

/** Shared caches, open for one command. */
export interface OpenRemotes {
  readonly remotes: readonly (RemoteSettings & { readonly remote: Remote; readonly trust: Trust })[];
  /** Keys of the project. */
  readonly trusted: readonly PublicKey[];
  /** Whether this user has a key to sign with. */
  readonly canSign: boolean;
  /** Readable caches, as a chain: see `TieredStore`. */
  chain(local: LocalStore, signal?: AbortSignal): RemoteChain;
  /** Tells whether a record of the local store counts for a command that asks for proof: see `Remotes`. */
  believes(local: LocalStore): (record: StageRecord) => Promise<boolean>;
  /** Sends to the writable ones; undefined if there are none. */
  uploads(local: LocalStore, options?: UploadOptions): Uploads | undefined;
  close(): void;
}

/** How results are sent. */
interface UploadOptions {
  readonly onProgress?: (progress: UploadProgress) => void;
  /** Whether what a cache has is read there, and replaced if it is damaged. */
  readonly verifies?: boolean;
}

/** The name of a remote from `--remote` or PIPE_REMOTE; it selects the credentials. */
const namelessRemote = 'default';

/**
 * Opens the shared caches of a project and those given as options.
 * @throws ConfigurationError if a setting is wrong.
 */
export async function openRemotes(
  project: ProjectContext,
  options: RemoteOptions,
  onWarning: (message: string) => void,
): Promise<OpenRemotes> {
  const { environment, root } = project;
  const isForeign = isPullRequest(environment);
  if (isForeign && options.trustFrom === undefined && (options.remote || []).length > 0) {
    throw new ConfigurationError([
      {
        message: 'In a pull request, a shared cache is used only together with --trust-from.',
        origin: { option: '--remote' },
        hint: 'name the base branch, for example `--trust-from origin/main`',
      },
    ]);
  }
  const { remotes, trust } = await believedSettings(project, options, onWarning);
  const trusted = Object.entries(trust).flatMap(([name, text]) => publicKeyOf(text, name) ?? notAKey(name));
  const typed = options.remote === false ? [] : options.remote;
  const isTold = !isForeign || options.trustFrom !== undefined;
  const fromEnvironment = environment['PIPE_REMOTE'] && isTold ? [environment['PIPE_REMOTE']] : [];
  const nameless = [...typed, ...fromEnvironment].map(
    (url): RemoteSettings => ({ name: namelessRemote, url, access: 'read-write', unsigned: false, records: 'plain' }),
  );
  const named = Object.entries(remotes).map(([name, settings]) => ({ name, ...settings }));
  const all = options.remote === false ? [] : [...nameless, ...named];
  for (const { name, url } of all) checkUrl(name, url);
  // What a pull request computes is not signed: on a machine that has a key, everybody would believe its author.
  const key = isForeign ? undefined : ownKey(project);
  // Results that this user signed are trusted, too: they come from here.
  const own: readonly PublicKey[] = key ? [{ id: key.id, name: 'this user', key: key.publicKey }] : [];
  const opened = all.map((settings) => ({
    ...settings,
    remote: new PatientRemote(openRemote(settings, environment, root), { clock: systemClock, onGivenUp: onWarning }),
    trust: { keys: [...trusted, ...own], unsigned: settings.unsigned },
  }));
  const readable = opened.filter(({ access }) => access !== 'write');
  const damage: FoundDamage = new Map();
  const writable = opened.filter(({ access }) => access !== 'read' && !isForeign);
  return {
    remotes: opened,
    trusted,
    canSign: key !== undefined,
    chain: (local, signal) => new RemoteChain(local, readable, { onWarning, signal, damage }),
    believes: (local) => believer(local, [...trusted, ...own], onWarning),
    uploads: (local, uploading = {}) => {
      const usable = writable.filter(({ unsigned }) => unsigned || key);
      return usable.length === 0 ? undefined : new Uploads(local, usable, key, { onWarning, damage, ...uploading });
    },
    close: () => {
      for (const { remote } of opened) remote.close();
    },
  };
}

/** Believes local records that one of the keys signed; says once for each other why it does not count. */
function believer(local: LocalStore, keys: readonly PublicKey[], onWarning: (message: string) => void) {
  const said = new Set<string>();
  return async (record: StageRecord): Promise<boolean> => {
    const doubt = doubtOf(record, await local.envelope(record.key), keys);
    if (doubt !== undefined && !said.has(record.key)) {
      said.add(record.key);
      onWarning(`The record ${record.key.slice(0, 12)} of the local store does not count as proof: it ${doubt}.`);
    }
    return doubt === undefined;
  };
}

/**
 * The settings that select trusted keys. A pull request can change the project file, so in CI it must not choose the keys for its own
 * proof: only a named git revision does.
 */
async function believedSettings(
  project: ProjectContext,
  { trustFrom }: RemoteOptions,
  onWarning: (message: string) => void,
): Promise<Pick<ProjectSettings, 'remotes' | 'trust'>> {
  if (trustFrom !== undefined) return settingsAt(project, trustFrom);
  if (!isPullRequest(project.environment)) return project.settings;
  if (Object.keys(project.settings.remotes).length > 0 || project.environment['PIPE_REMOTE']) {
    onWarning(
      'No shared cache is used, because a pull request can change the project file. To use the caches, name the base branch with --trust-from.',
    );
  }
  return { remotes: {}, trust: {} };
}

async function settingsAt({ root, environment }: ProjectContext, ref: string): Promise<ProjectSettings> {
  const origin = { option: `--trust-from ${ref}` };
  const git = async (...parameters: readonly string[]) =>
    (await promisify(execFile)('git', [...parameters], { cwd: root, env: environment, maxBuffer: 16 * 1024 * 1024 }))
      .stdout;
  const revision = await git('rev-parse', '--verify', '--quiet', '--end-of-options', `${ref}^{commit}`).catch(() => {
    const hint = 'fetch it first: in a workflow, `git fetch --depth=1 origin BRANCH` and then `origin/BRANCH`';
    throw new ConfigurationError([{ message: `There is no git revision "${ref}" here.`, origin, hint }]);
  });
  const top = (await git('rev-parse', '--show-toplevel')).trim();
  const path = [relative(top, root), projectFile].filter((part) => part !== '').join('/');
  const text = await git('show', `${revision.trim()}:${path}`).catch(() => {
    throw new ConfigurationError([{ message: `The revision "${ref}" has no ${path}.`, origin }]);
  });
  return readProject({ file: `${ref}:${path}`, text });
}

function checkUrl(name: string, url: string): void {
  const problem = urlProblem(url);
  if (problem === undefined) return;
  // The URL is not quoted: it may contain a password.
  const option = name === namelessRemote ? '--remote' : `${projectFile}: remotes.${name}.url`;
  throw new ConfigurationError([{ message: `The URL of the remote ${name} ${problem}.`, origin: { option } }]);
}

function notAKey(name: string): never {
  const origin = { option: `${projectFile}: trust.${name}` };
  throw new ConfigurationError([
    { message: `The key of ${name} is not an Ed25519 public key.`, origin, hint: '`pipe keys list` prints keys' },
  ]);
}
