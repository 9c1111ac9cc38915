import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, relative, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { BuildFailure, BuildResult } from 'esbuild';
import type { Definition } from '../../engine/definition.ts';
import { isJsonObject, type Json } from '../../json/json.ts';
import { UserError } from '../../problem/errors.ts';
import type { StageModule } from './stage-module.ts';

/** True where `uses` names a module of the user's own. */
export function isModulePath(uses: string): boolean {
  return uses.startsWith('./') || uses.startsWith('../');
}

/**
 * Loads a user's stage from a TypeScript or JavaScript module. Its version is the digest of its source closure:
 * the module and everything it imports, packages included.
 * @param fromFile the absolute path of the pipeline's file, against which `uses` is resolved.
 * @throws UserError where it cannot be read, compiled, or is no stage.
 */
export async function loadModule(uses: string, fromFile: string): Promise<Definition> {
  const path = resolve(dirname(fromFile), uses);
  const bundle = await bundleModule(path, uses);
  const sources = Object.keys(bundle.metafile.inputs).map((input) => resolve(input));
  const version = await closureDigest(path, sources);
  const stage = await importBundle(bundle.outputFiles[0]?.text ?? '', uses);
  return {
    uses,
    version,
    sources,
    summary: stage.summary,
    lane: stage.lane ?? 'cpu',
    config: stage.config,
    inputs: stage.inputs,
    outputs: stage.outputs,
    ...(stage.observe && { observe: (config, world) => stage.observe?.(config, world) ?? Promise.resolve({}) }),
    load: async () => ({ run: (context) => stage.run(context) }),
  };
}

async function bundleModule(path: string, uses: string): Promise<BuildResult<{ metafile: true; write: false }>> {
  // Loaded only where a pipeline has modules: it is by far the largest thing a plan could load.
  const { build } = await import('esbuild');
  try {
    return await build({
      entryPoints: [path],
      bundle: true,
      format: 'esm',
      platform: 'node',
      target: 'node20.19',
      metafile: true,
      write: false,
      logLevel: 'silent',
      sourcemap: 'inline',
    });
  } catch (error) {
    const [first] = (error as BuildFailure).errors;
    if (!first) throw error;
    const at = first.location ? ` (${first.location.file}:${first.location.line}:${first.location.column + 1})` : '';
    throw new UserError(`the module ${uses} cannot be loaded: ${first.text}${at}`, { cause: error });
  }
}

/** sha256 over the paths, relative to the module, and the contents of all sources. */
async function closureDigest(path: string, sources: readonly string[]): Promise<string> {
  const hash = createHash('sha256');
  for (const source of [...sources].sort()) {
    const content = createHash('sha256')
      .update(await readFile(source))
      .digest('hex');
    hash.update(`${relative(dirname(path), source)}\n${content}\n`);
  }
  return hash.digest('hex');
}

async function importBundle(code: string, uses: string): Promise<StageModule> {
  const folder = await mkdtemp(join(tmpdir(), 'pipe-module-'));
  try {
    const file = join(folder, 'stage.mjs');
    await writeFile(file, code);
    const { default: stage } = (await import(pathToFileURL(file).href)) as { default?: unknown };
    if (isStageModule(stage)) return stage;
    throw new UserError(`the module ${uses} exports no stage`, {
      hint: 'export default { summary, config, inputs, outputs, run }, typed as StageModule from "pipe"',
    });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function isStageModule(value: unknown): value is StageModule {
  if (!isJsonObject(value as Json | undefined)) return false;
  const { summary, config, inputs, outputs, run } = value as Record<string, unknown>;
  const described = [config, inputs, outputs].every((part) => isJsonObject(part as Json | undefined));
  return typeof summary === 'string' && described && typeof run === 'function';
}
