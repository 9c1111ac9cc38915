import { existsSync, readFileSync } from 'node:fs';
import { open, rename } from 'node:fs/promises';
import { basename } from 'node:path';
import { EnvironmentError } from '../../problem/errors.ts';
import { type Location, tensorflowVersion } from '../location.ts';
import { type AddonSource, addonSource } from './addon.ts';
import { alteredFiles, closeToOthers, type InstalledFile, installedFiles } from './installed-files.ts';

/** What a folder of the cache was made of, so that a later version of this program knows whether it fits. */
export interface Manifest {
  readonly tensorflow: string;
  /** sha256 of each wheel that was unpacked. */
  readonly wheels: readonly string[];
  readonly addon: AddonSource;
  /** What the addon was compiled with. */
  readonly compiler: string;
  /** Every file that was set up; absent if an earlier version of this program wrote the manifest. */
  readonly files?: readonly InstalledFile[];
}

/**
 * Whether a build can be used: it is there and fits; its addon was compiled from other sources (`addon-outdated`); files of it are not
 * what was set up (`altered`); or its libraries are not there or other ones (`missing`).
 */
export type Readiness = 'ready' | 'addon-outdated' | 'altered' | 'missing';

/** How ready a build is, by what its manifest says; `wheels` where it must be made of these. */
export function readiness(location: Location, wheels?: readonly { readonly sha256: string }[]): Readiness {
  const manifest = readManifest(location);
  if (!manifest) return 'missing';
  if (wheels && manifest.wheels.join() !== wheels.map((wheel) => wheel.sha256).join()) return 'missing';
  if (alteredSince(location).length > 0) return 'altered';
  const isCurrent = manifest.addon.sha256 === addonSource().sha256 && existsSync(location.addon);
  return isCurrent ? 'ready' : 'addon-outdated';
}

/** What was set up at a location; undefined if nothing was, or not to its end. */
export function readManifest(location: Location): Manifest | undefined {
  try {
    return JSON.parse(readFileSync(location.manifest, 'utf8')) as Manifest;
  } catch {
    return undefined;
  }
}

/** The files of a build that are not what was set up, by their size and time; none if no manifest says what was. */
export function alteredSince(location: Location): readonly string[] {
  return alteredFiles(location.directory, readManifest(location)?.files ?? []);
}

/** The error for a build whose files are not what was set up. */
export function alteredError(location: Location, altered: readonly string[]): EnvironmentError {
  const more = altered.length > 3 ? ` and ${altered.length - 3} more` : '';
  return new EnvironmentError(
    `TensorFlow in ${location.directory} was altered after it was set up: ${altered.slice(0, 3).join(', ')}${more}`,
    { hint: 'run: pipe setup, which sets it up again; pipe doctor --verify checks every file' },
  );
}

/** Writes the manifest, on disk when this returns: the last thing a setup writes. */
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
