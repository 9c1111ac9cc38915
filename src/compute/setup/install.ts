import { randomUUID } from 'node:crypto';
import { readdir, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { makeCacheFolder } from '../../disk/folders.ts';
import { processWords } from '../../disk/process-identity.ts';
import { EnvironmentError } from '../../problem/errors.ts';
import { type Environment, type Location, locationIn, wheelDirectory } from '../location.ts';
import { type Compiler, compileAddon, findCompiler } from './addon.ts';
import { cacheError } from './cache-error.ts';
import { bringLibraries, checkSpace } from './libraries.ts';
import { addLinks, isLink } from './links.ts';
import { withLock } from './lock.ts';
import { alteredSince, readiness, writeSetupManifest } from './manifest.ts';
import type { AddonFacts } from './probe.ts';
import type { SetupListener } from './progress.ts';
import { checkTrust } from './trust.ts';
import type { Wheel } from './wheels.ts';

/** What is installed where, and how to test it. */
export interface Installation {
  readonly location: Location;
  readonly wheels: readonly Wheel[];
  readonly environment: Environment;
  readonly onProgress: SetupListener;
  readonly signal?: AbortSignal | undefined;
  /** Loads the addon, or throws an EnvironmentError with the reason. */
  readonly probe: (addon: string) => Promise<AddonFacts>;
}

/** The result of an installation. */
export interface Installed extends AddonFacts {
  /** What was done: nothing, only what is made here (links, and the addon compiled), or everything. */
  readonly done: 'nothing' | 'addon' | 'everything';
}

const draftMark = '.draft-';

/**
 * Makes a build of TensorFlow usable: does nothing if it is; adds links and compiles the addon if only these do not match; otherwise sets up
 * everything.
 * The setup happens in a temporary folder, which is renamed last: an interrupted setup never looks complete.
 * @throws EnvironmentError with what this machine lacks.
 */
export async function install(installation: Installation): Promise<Installed> {
  const { location, environment, onProgress, signal } = installation;
  const cache = dirname(location.directory);
  const present = await inPlace(installation);
  if (present) return present;
  const compiler = findCompiler(environment);
  try {
    makeCacheFolder(cache);
    return await withLock(
      `${location.directory}.lock`,
      {
        onWait: (holder) =>
          onProgress({
            label: `waiting for another setup${holder ? ` (${processWords(holder)})` : ''}`,
            done: 0,
            total: 1,
            unit: 'steps',
          }),
        signal,
      },
      async () => (await inPlace(installation)) ?? (await installLocked(installation, compiler)),
    );
  } catch (error) {
    signal?.throwIfAborted();
    throw cacheError(cache, error);
  }
}

/** If the build is ready and loads, its description. */
async function inPlace(installation: Installation): Promise<Installed | undefined> {
  const { location, wheels, environment, probe, signal } = installation;
  if (readiness(location, wheels) !== 'ready') return undefined;
  checkTrust(location, environment);
  try {
    return { ...(await probe(location.addon)), done: 'nothing' };
  } catch (error) {
    signal?.throwIfAborted();
    // The system may have changed (another C library, a copied home directory): compiling it again may help.
    if (error instanceof EnvironmentError) return undefined;
    throw error;
  }
}

async function installLocked(installation: Installation, compiler: Compiler): Promise<Installed> {
  const { location, wheels } = installation;
  await removeLeftovers(location);
  const isMadeHere = (path: string) => path === basename(location.addon) || isLink(path);
  if (readiness(location, wheels) !== 'missing' && alteredSince(location).every(isMadeHere)) {
    await addLinks(location.directory);
    return { ...(await makeAddon(installation, compiler, location)), done: 'addon' };
  }
  const downloads = join(dirname(location.directory), wheelDirectory);
  const draft = locationIn(`${location.directory}${draftMark}${randomUUID()}`);
  try {
    await checkSpace(wheels, downloads);
    await bringLibraries(installation, downloads, draft.directory);
    const facts = await makeAddon(installation, compiler, draft);
    await rm(location.directory, { recursive: true, force: true });
    await rename(draft.directory, location.directory);
    // Kept until now: an interrupted or failed setup continues from them.
    for (const wheel of wheels) await rm(join(downloads, wheel.file), { force: true });
    return { ...facts, done: 'everything' };
  } finally {
    await rm(draft.directory, { recursive: true, force: true });
  }
}

/** Compiles the addon, and replaces the old one only after the new one loads. */
async function makeAddon(
  { wheels, environment, onProgress, signal, probe }: Installation,
  compiler: Compiler,
  location: Location,
): Promise<AddonFacts> {
  onProgress({ label: 'compiling the TensorFlow.js addon', done: 0, total: 2, unit: 'steps' });
  const fresh = `${location.addon}.new`;
  await compileAddon(compiler, { libraries: location.libraries, output: fresh }, { environment, signal });
  onProgress({ label: 'loading TensorFlow', done: 1, total: 2, unit: 'steps' });
  const facts = await probe(fresh);
  await rename(fresh, location.addon);
  await writeSetupManifest(location, { wheels, compiler: compiler.join(' ') });
  onProgress({ label: 'TensorFlow is ready', done: 2, total: 2, unit: 'steps' });
  return facts;
}

/** Removes leftovers of killed setups. */
async function removeLeftovers(location: Location): Promise<void> {
  const cache = dirname(location.directory);
  const mark = `${basename(location.directory)}${draftMark}`;
  const names = (await readdir(cache)).filter((name) => name.startsWith(mark));
  for (const name of names) await rm(join(cache, name), { recursive: true, force: true });
}
