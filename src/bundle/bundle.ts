/** Programs that are started on their own, or loaded only when they are asked for; `scripts/build.mjs` bundles each. */
export type BundledProgram = 'stage-worker' | 'view-worker' | 'report';

/** Where the bundled program lies: beside this code when bundled itself, in `dist` when run from source. */
export function bundleUrl(program: BundledProgram): URL {
  const fromSource = import.meta.url.endsWith('.ts');
  return new URL(fromSource ? `../../dist/${program}.mjs` : `./${program}.mjs`, import.meta.url);
}
