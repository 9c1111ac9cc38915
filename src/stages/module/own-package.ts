import type { Plugin } from '#esbuild';
import manifest from '../../../package.json' with { type: 'json' };
import { EnvironmentError, StageError, UserError } from '../../problem/errors.ts';
import { typed } from '../../schema/value-of.ts';
import { defineStage } from '../define.ts';

/** Raised when the meaning of the interface for modules changes: part of every module's version. */
export const apiVersion = 1;

/** What a module can import from `pipe-ml`, except types. */
const api = { defineStage, EnvironmentError, StageError, typed, UserError };

const place = `${manifest.name}/api`;

/** Resolves `import … from 'pipe-ml'` to the running pipe: it must recognize its own classes, and its code is not part of the module. */
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
