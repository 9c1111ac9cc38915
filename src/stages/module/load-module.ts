import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Definition } from '../../engine/definition.ts';
import { isJsonObject, type Json } from '../../json/json.ts';
import { UserError } from '../../problem/errors.ts';
import { bounded } from '../../problem/quote.ts';
import { bundleModule } from './bundle.ts';
import { apiVersion } from './own-package.ts';
import type { StageModule } from './stage-module.ts';

/** True where `uses` names a module of the user's own. */
export function isModulePath(uses: string): boolean {
  return uses.startsWith('./') || uses.startsWith('../');
}

/**
 * Loads a user's stage from a TypeScript or JavaScript module. Its version is that of the API and the digest of its source closure:
 * the module and everything it imports, packages included, pipe's own excepted.
 * @param fromFile the absolute path of the pipeline's file, against which `uses` is resolved.
 * @throws UserError where it cannot be read, compiled, or is no stage.
 */
export async function loadModule(uses: string, fromFile: string): Promise<Definition> {
  const path = resolve(dirname(fromFile), uses);
  const { code, sources, digest } = await bundleModule(path, uses);
  const stage = await importBundle(code, uses);
  return {
    uses,
    version: `api${apiVersion}:${digest}`,
    sources,
    summary: stage.summary,
    lane: stage.lane ?? 'cpu',
    runsForeignCode: true,
    config: stage.config,
    inputs: stage.inputs,
    outputs: stage.outputs,
    ...(stage.observe && { observe: (config, world) => stage.observe?.(config, world) ?? Promise.resolve({}) }),
    load: async () => ({ run: (context) => stage.run(context) }),
  };
}

async function importBundle(code: string, uses: string): Promise<StageModule> {
  const folder = await mkdtemp(join(tmpdir(), 'pipe-module-'));
  try {
    const file = join(folder, 'stage.mjs');
    await writeFile(file, code);
    const { default: stage } = (await import(pathToFileURL(file).href).catch((error: unknown) => {
      throw failedToLoad(uses, error);
    })) as { default?: unknown };
    if (isStageModule(stage)) return stage;
    throw new UserError(`the module ${uses} exports no stage`, {
      hint: 'export default { summary, config, inputs, outputs, run }, typed as StageModule from "pipe"',
    });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** What a module throws while it is loaded is the module's own affair, whatever it throws. */
function failedToLoad(uses: string, error: unknown): UserError {
  const reason = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  return new UserError(`the module ${uses} cannot be loaded: it throws ${bounded(reason)}`, {
    hint: 'correct what it does outside of its functions, or import what it lacks',
    cause: error,
  });
}

function isStageModule(value: unknown): value is StageModule {
  if (!isJsonObject(value as Json | undefined)) return false;
  const { summary, config, inputs, outputs, run } = value as Record<string, unknown>;
  const described = [config, inputs, outputs].every((part) => isJsonObject(part as Json | undefined));
  return typeof summary === 'string' && described && typeof run === 'function';
}
