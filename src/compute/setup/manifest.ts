import { existsSync, readFileSync } from 'node:fs';
import { open, rename } from 'node:fs/promises';
import { basename } from 'node:path';
import { EnvironmentError } from '../../problem/errors.ts';
import { type Location, tensorflowVersion } from '../location.ts';
import { type AddonSource, addonSource } from './addon.ts';
import { alteredFiles, closeToOthers, type InstalledFile, installedFiles } from './installed-files.ts';
import { missingLinks } from './links.ts';

/** The sources of a folder in the cache, by which a later version of this program checks whether it matches. */
export interface Manifest {
  readonly tensorflow: string;
  /** sha256 of each wheel that was unpacked. */
  readonly wheels: readonly string[];
  readonly addon: AddonSource;
  /** The compiler of the addon. */
  readonly compiler: string;
  /** Every file of the setup; absent if an earlier version of this program wrote the manifest. */
  readonly files?: readonly InstalledFile[];
}

/**
 * Whether a build can be used: it exists and matches; its addon was compiled from other sources, or links are missing that this version adds
 * (`outdated`); some of its files were changed (`altered`); or its libraries are missing or different (`missing`).
 */
export type Readiness = 'ready' | 'outdated' | 'altered' | 'missing';

/** The state of a build according to its manifest; `wheels` if it must consist of these. */
export function readiness(location: Location, wheels?: readonly { readonly sha256: string }[]): Readiness {
  const manifest = readManifest(location);
  if (!manifest) return 'missing';
  if (wheels && manifest.wheels.join() !== wheels.map((wheel) => wheel.sha256).join()) return 'missing';
  if (alteredSince(location).length > 0) return 'altered';
  const isCurrent = manifest.addon.sha256 === addonSource().sha256 && existsSync(location.addon);
  return isCurrent && missingLinks(location.directory).length === 0 ? 'ready' : 'outdated';
}

/** The manifest at a location; undefined if nothing was set up, or not completely. */
export function readManifest(location: Location): Manifest | undefined {
  try {
    return JSON.parse(readFileSync(location.manifest, 'utf8')) as Manifest;
  } catch {
    return undefined;
  }
}

/** The files of a build that changed, by size and time; none if no manifest lists them. */
export function alteredSince(location: Location): readonly string[] {
  return alteredFiles(location.directory, readManifest(location)?.files ?? []);
}

/** The error for a build whose files changed. */
export function alteredError(location: Location, altered: readonly string[]): EnvironmentError {
  const more = altered.length > 3 ? ` and ${altered.length - 3} more` : '';
  return new EnvironmentError(
    `TensorFlow in ${location.directory} was altered after it was set up: ${altered.slice(0, 3).join(', ')}${more}`,
    { hint: 'run: pipe setup, which sets it up again; pipe doctor --verify checks every file' },
  );
}

/** Writes the manifest and flushes it to disk: the last file that a setup writes. */
export async function writeSetupManifest(
  location: Location,
  contents: { wheels: readonly { readonly sha256: string }[]; compiler: string },
): Promise<void> {
  closeToOthers(location.directory);
  const manifest: Manifest = {
    tensorflow: tensorflowVersion,
    wheels: contents.wheels.map((wheel) => wheel.sha256),
    addon: addonSource(),
    compiler: contents.compiler,
    files: await installedFiles(location.directory, [basename(location.manifest)]),
  };
  const fresh = `${location.manifest}.new`;
  const file = await open(fresh, 'w', 0o644);
  try {
    await file.writeFile(`${JSON.stringify(manifest, undefined, 2)}\n`);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(fresh, location.manifest);
}
