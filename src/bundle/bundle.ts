/** Programs that are started as separate processes, or loaded only on demand; `scripts/build.mjs` bundles each. */
export type BundledProgram = 'stage-worker' | 'view-worker' | 'corruption-worker' | 'report' | 'figure-worker';

/** The path of the bundled program: next to this code if this is bundled itself, in `dist` if it runs from source. */
export function bundleUrl(program: BundledProgram): URL {
  const fromSource = import.meta.url.endsWith('.ts');
  return new URL(fromSource ? `../../dist/${program}.mjs` : `./${program}.mjs`, import.meta.url);
}
