import type { Plugin } from '#esbuild';
import manifest from '../../../package.json' with { type: 'json' };
import { EnvironmentError, StageError, UserError } from '../../problem/errors.ts';
import { typed } from '../../schema/value-of.ts';
import { defineStage } from '../define.ts';

/** Raised when what a module may import, or is given when it runs, changes its meaning: part of every module's version. */
export const apiVersion = 1;

/** What a module may import of pipe own package, types apart. */
const api = { defineStage, EnvironmentError, StageError, typed, UserError };

const place = `${manifest.name}/api`;

/** Leads `import … from` pipe's own package to the pipe that runs: its classes are the ones that pipe knows, and its code is not part of the module. */
export const ownPackage: Plugin = {
  name: 'own-package',
  setup(build) {
    Object.defineProperty(globalThis, Symbol.for(place), { value: api, configurable: true });
    build.onResolve({ filter: new RegExp(`^${manifest.name}$`) }, () => ({
      path: manifest.name,
      namespace: place,
    }));
    build.onLoad({ filter: /.*/, namespace: place }, () => ({
      contents: `export const { ${Object.keys(api).join(', ')} } = globalThis[Symbol.for(${JSON.stringify(place)})];`,
      loader: 'js',
    }));
  },
};
