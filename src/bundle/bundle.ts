/** Programs that are started on their own, in a thread or a process; `scripts/build.mjs` bundles each to one file. */
export type Program = 'stage-worker' | 'view-worker';

/** Where the bundled program lies: beside this code when bundled itself, in `dist` when run from source. */
export function bundleUrl(program: Program): URL {
  const fromSource = import.meta.url.endsWith('.ts');
  return new URL(fromSource ? `../../dist/${program}.mjs` : `./${program}.mjs`, import.meta.url);
}
