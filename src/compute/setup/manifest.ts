import { existsSync, readFileSync } from 'node:fs';
import { open, rename } from 'node:fs/promises';
import { type Location, tensorflowVersion } from '../location.ts';
import { type AddonSource, addonSource } from './addon.ts';

/** What a folder of the cache was made of, so that a later version of this program knows whether it fits. */
export interface Manifest {
  readonly tensorflow: string;
  /** sha256 of each wheel that was unpacked. */
  readonly wheels: readonly string[];
  readonly addon: AddonSource;
  /** What the addon was compiled with. */
  readonly compiler: string;
}

/**
 * Whether a build can be used: it is there and fits; its addon was compiled from other sources (`addon-outdated`);
 * or its libraries are not there or other ones (`missing`).
 */
export type Readiness = 'ready' | 'addon-outdated' | 'missing';

/** How ready a build is, by what its manifest says; `wheels` where it must be made of these. */
export function readiness(location: Location, wheels?: readonly { readonly sha256: string }[]): Readiness {
  const manifest = readManifest(location);
  if (!manifest) return 'missing';
  if (wheels && manifest.wheels.join() !== wheels.map((wheel) => wheel.sha256).join()) return 'missing';
  const isCurrent = manifest.addon.sha256 === addonSource().sha256 && existsSync(location.addon);
  return isCurrent ? 'ready' : 'addon-outdated';
}

/** What was set up at a location; undefined where nothing was, or not to its end. */
export function readManifest(location: Location): Manifest | undefined {
  try {
    return JSON.parse(readFileSync(location.manifest, 'utf8')) as Manifest;
  } catch {
    return undefined;
  }
}

/** Writes the manifest, on disk when this returns: the last thing a set-up writes. */
export async function writeManifest(
  location: Location,
  contents: { wheels: readonly { readonly sha256: string }[]; compiler: string },
): Promise<void> {
  const manifest: Manifest = {
    tensorflow: tensorflowVersion,
    wheels: contents.wheels.map((wheel) => wheel.sha256),
    addon: addonSource(),
    compiler: contents.compiler,
  };
  const fresh = `${location.manifest}.new`;
  const file = await open(fresh, 'w');
  try {
    await file.writeFile(`${JSON.stringify(manifest, undefined, 2)}\n`);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(fresh, location.manifest);
}
