import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { StageContext, StageDefinition } from '../../engine/definition.ts';
import { curvesOutput } from '../../engine/run/curves.ts';
import { StageError, UserError } from '../../problem/errors.ts';
import { bounded } from '../../problem/quote.ts';
import { whyNotBelow } from '../../schema/path-below.ts';
import { definitionOf, type Stage } from '../define.ts';
import { bundleModule, type ModuleBundle } from './bundle.ts';
import { apiVersion } from './own-package.ts';
import { checkReferences } from './references.ts';

/** True if `uses` names a user's module. */
export function isModulePath(uses: string): boolean {
  return uses.startsWith('./') || uses.startsWith('../');
}

/**
 * Loads a user's stage from a TypeScript or JavaScript module. Its version is that of the API and the digest of its source closure: the
 * module and everything it imports, including packages, except `pipe-ml`.
 * @param fromFile the absolute path of the pipeline file; `uses` is relative to it.
 * @throws UserError if it cannot be read, compiled, or is not a stage.
 */
export async function loadModule(uses: string, fromFile: string): Promise<StageDefinition> {
  const path = resolve(dirname(fromFile), uses);
  const bundle = await bundleModule(path, uses);
  const stage = await importBundle(bundle, path, uses);
  const version = `api${apiVersion}:${bundle.digest}`;
  return definitionOf(ofModule(stage, bundle), { uses, version, sources: bundle.sources, runsForeignCode: true });
}

/** The stage as pipe calls it: with checks of its references, and with source positions in its errors. */
function ofModule(stage: Stage, { references, sources }: ModuleBundle): Stage {
  return {
    ...stage,
    async source(config, world) {
      const own = await stage.source?.(config, world);
      const files = typeof stage.files === 'function' ? stage.files(config) : (stage.files ?? []);
      return {
        facts: async () => (await own?.facts()) ?? {},
        check: async () => [...((await own?.check?.()) ?? []), ...(await checkReferences(references, files, world))],
        ...(own?.fetch && { fetch: (...to: Parameters<typeof own.fetch>) => own.fetch?.(...to) ?? Promise.resolve() }),
      };
    },
    run: (context) => runAtItsPlaces(stage, context, sources),
  };
}

/** An error that the module did not expect is the module's, and is shown with its position in the sources. */
async function runAtItsPlaces(stage: Stage, context: StageContext, sources: readonly string[]) {
  try {
    return await stage.run(context);
  } catch (error) {
    if (error instanceof UserError || context.signal.aborted) throw error;
    const places = placesIn(error, sources);
    throw new StageError(`the module threw ${wordsOf(error)}`, {
      cause: error,
      ...(places.length > 0 && { hint: `at ${places.join('\nat ')}` }),
    });
  }
}

async function importBundle({ code, sources }: ModuleBundle, path: string, uses: string): Promise<Stage> {
  const exported = await evaluate(code, sources, uses);
  const why = whyNoStage(exported);
  if (why === undefined) return exported as Stage;
  throw new UserError(`the module ${uses} exports no stage: ${why} (${path})`, {
    hint: 'export default defineStage({ summary, schema, inputs, outputs, run }): see docs/stages.md',
  });
}

/** The default export of a compiled module. @throws UserError if it throws while it is loaded. */
async function evaluate(code: string, sources: readonly string[], uses: string): Promise<unknown> {
  process.setSourceMapsEnabled(true);
  const folder = await mkdtemp(join(tmpdir(), 'pipe-module-'));
  try {
    const file = join(folder, 'stage.mjs');
    await writeFile(file, code);
    const { default: exported }: { default?: unknown } = await import(pathToFileURL(file).href);
    return exported;
  } catch (error) {
    const [place] = placesIn(error, sources);
    throw new UserError(
      `the module ${uses} cannot be loaded: it throws ${wordsOf(error)}${place ? ` (${place})` : ''}`,
      {
        hint: 'pipe loads a module only to read its declarations; move other code into `run`',
        cause: error,
      },
    );
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function wordsOf(error: unknown): string {
  return bounded(error instanceof Error ? `${error.name}: ${error.message}` : String(error));
}

/** More of a stack than this helps nobody. */
const mostPlaces = 5;

/** `stage.ts:12:5`, innermost first: where in these sources an error was thrown, by the source maps that Node has read. */
function placesIn(error: unknown, sources: readonly string[]): readonly string[] {
  if (!(error instanceof Error) || error.stack === undefined) return [];
  const places = [...error.stack.matchAll(/\(?((?:file:\/\/)?\/[^\n()]*?):(\d+):(\d+)\)?$/gmu)].flatMap(
    ([, file = '', line, column]) => {
      const path = resolve(file.startsWith('file://') ? fileURLToPath(file) : file);
      return sources.includes(path) && !path.includes('/node_modules/')
        ? [`${relative(process.cwd(), path) || path}:${line}:${column}`]
        : [];
    },
  );
  return [...new Set(places)].slice(0, mostPlaces);
}

const name = /^[A-Za-z_][A-Za-z0-9_-]*$/u;

/** Why a module's default export is not a stage, in one clause; undefined if it is one. */
function whyNoStage(exported: unknown): string | undefined {
  if (exported === undefined) return 'it has no default export';
  if (!isObject(exported)) return 'its default export is not an object';
  const { summary, schema, inputs, outputs, run } = exported;
  if (typeof summary !== 'string') return 'it has no `summary`';
  if (!isObject(schema)) return 'it has no `schema` of its settings';
  if (!isObject(inputs)) return 'it has no `inputs`, which may be {}';
  if (!isObject(outputs)) return 'it has no `outputs`';
  if (typeof run !== 'function') return 'it has no function `run`';
  return (
    Object.keys(inputs).flatMap((port) => whyNotName('input', port) ?? [])[0] ??
    Object.entries(outputs).flatMap(([port, output]) => whyNotOutput(port, output) ?? [])[0]
  );
}

function whyNotName(what: string, port: string): string | undefined {
  return name.test(port)
    ? undefined
    : `the name of its ${what} ${JSON.stringify(port)} is not made of letters, digits, "-" and "_"`;
}

function whyNotOutput(port: string, output: unknown): string | undefined {
  if (port === curvesOutput)
    return `an output cannot be named "${curvesOutput}": pipe stores the curves of the stage under that name`;
  const why = whyNotName('output', port);
  if (why !== undefined) return why;
  if (!isObject(output) || typeof output['file'] !== 'string') return `its output "${port}" has no \`file\``;
  const issue = whyNotBelow(output['file']);
  return issue && `the file of its output "${port}" ${issue.message}`;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
