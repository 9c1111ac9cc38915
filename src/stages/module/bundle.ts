import { createHash, hash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, relative, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { BuildFailure, Plugin } from '#esbuild';
import { EnvironmentError, UserError } from '../../problem/errors.ts';
import { ownPackage } from './own-package.ts';
import { type FileReference, fileReferencesIn } from './references.ts';

/** A module of the user and everything it imports, as one text. */
export interface ModuleBundle {
  readonly code: string;
  /** Absolute paths of its sources. */
  readonly sources: readonly string[];
  /** Files that its sources refer to. */
  readonly references: readonly FileReference[];
  /** The paths of all sources, relative to the module, and the contents that were compiled. */
  readonly digest: string;
}

/**
 * Compiles a TypeScript or JavaScript module with everything it imports, except the package `pipe-ml`, which the running pipe provides.
 * `import.meta.url` of each source is that of its file. No tsconfig.json is read, because it would not be part of the digest.
 * @param uses the name of the module in messages.
 * @throws UserError if it cannot be read or compiled.
 */
export async function bundleModule(path: string, uses: string): Promise<ModuleBundle> {
  // Loaded only if a pipeline has modules: it is by far the largest thing that a plan could load.
  const { build, version } = await import('#esbuild');
  requireBinary(version);
  const contents = new Map<string, string>();
  const references: FileReference[] = [];
  try {
    const { outputFiles } = await build({
      entryPoints: [path],
      bundle: true,
      format: 'esm',
      platform: 'node',
      target: 'node20.19',
      write: false,
      outfile: `${path}.mjs`,
      logLevel: 'silent',
      sourcemap: 'inline',
      sourcesContent: false,
      sourceRoot: pathToFileURL(`${dirname(path)}/`).href,
      tsconfigRaw: {},
      define: {
        'import.meta.url': '__pipeUrl',
        'import.meta.filename': '__pipeFile',
        'import.meta.dirname': '__pipeFolder',
      },
      plugins: [ownPackage, readSources(contents, references)],
      banner: { js: requireFrom(path) },
    });
    const named = [...contents].map(([source, digest]) => [relative(dirname(path), source), digest] as const);
    return {
      code: outputFiles[0]?.text ?? '',
      sources: [...contents.keys()],
      references,
      digest: closureDigest(named),
    };
  } catch (error) {
    const [first] = (error as BuildFailure).errors ?? [];
    if (!first) throw error;
    const { location } = first;
    const at = location ? ` (${location.file}:${location.line}:${location.column + 1})` : '';
    throw new UserError(`the module ${uses} cannot be loaded: ${first.text}${at}`, { cause: error });
  }
}

/** The binary of esbuild is a separate package, which npm leaves out on unsupported platforms, and on request. */
function requireBinary(version: string): void {
  const name = `@esbuild/${process.platform}-${process.arch}`;
  try {
    createRequire(import.meta.url).resolve(`${name}/package.json`);
  } catch (error) {
    throw new EnvironmentError(`modules cannot be compiled here: the package ${name} is not installed`, {
      hint: `npm i ${name}@${version}: it is an optional dependency of pipe`,
      cause: error,
    });
  }
}

/** The digest of sources by their paths: see docs/hashing.md. */
export function closureDigest(contents: Iterable<readonly [path: string, digest: string]>): string {
  const entries = [...contents].map(([path, digest]) => `${path}\n${digest}\n`);
  return hash('sha256', entries.sort().join(''));
}

/** Reads each source once, so that what is compiled is what is hashed, and gives it its path. */
function readSources(contents: Map<string, string>, references: FileReference[]): Plugin {
  return {
    name: 'sources',
    setup(build) {
      build.onLoad({ filter: /.*/, namespace: 'file' }, async ({ path }) => {
        const bytes = await readFile(path);
        contents.set(resolve(path), createHash('sha256').update(bytes).digest('hex'));
        if (!path.includes('/node_modules/'))
          references.push(...fileReferencesIn(resolve(path), bytes.toString('utf8')));
        const isScript = /\.[cm]?[jt]sx?$/u.test(path);
        return {
          contents: isScript && bytes.includes('import.meta') ? knowingItsPlace(path, bytes) : bytes,
          loader: 'default',
        };
      });
    },
  };
}

/** On the first line, so that all others keep their line numbers. */
function knowingItsPlace(path: string, bytes: Buffer): string {
  const text = bytes.toString('utf8');
  const [url, file, folder] = [pathToFileURL(path).href, path, dirname(path)].map((value) => JSON.stringify(value));
  const place = `var __pipeUrl = ${url}, __pipeFile = ${file}, __pipeFolder = ${folder};`;
  return text.startsWith('#!') ? text.replace(/^.*$/mu, `${place} //`) : `${place} ${text}`;
}

/** CommonJS packages load Node's own modules with `require`, which an ES module does not have. */
function requireFrom(path: string): string {
  const url = JSON.stringify(pathToFileURL(path).href);
  return `import { createRequire as __pipeRequire } from 'node:module'; const require = __pipeRequire(${url});`;
}
