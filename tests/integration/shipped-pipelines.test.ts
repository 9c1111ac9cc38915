import { readdirSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { Ajv } from 'ajv';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { ConfigurationError } from '../../src/problem/errors.ts';
import { renderProblems } from '../../src/problem/render.ts';
import { editorSchema, type Pipeline, readPipelines } from '../../src/schema/index.ts';
import { builtinDefinitions, catalogueOf } from '../../src/stages/catalogue.ts';

const definitions = builtinDefinitions({
  environment: {},
  directory: '.',
  backend: async () => {
    throw new Error('checking a pipeline loads no backend');
  },
  cacheDirectory: '',
  viewWorkers: 0,
  now: () => 0,
});
const folder = new URL('../../pipelines/', import.meta.url);
const overlays = readdirSync(new URL('overlays/', folder)).filter((name) => name.endsWith('.yaml'));

/** The pipelines, or as one text what is wrong with them. */
async function readShipped(
  names: readonly string[],
  sets: readonly string[] = [],
): Promise<readonly Pipeline[] | string> {
  const request = { file: 'consistency.yaml', overlays: names.map((name) => `overlays/${name}`), sets, sweeps: [] };
  const readText = (path: string) => readFile(new URL(path, folder), 'utf8');
  try {
    return await readPipelines({ ...request, kinds: catalogueOf(definitions, '.'), readText });
  } catch (error) {
    if (error instanceof ConfigurationError) return renderProblems(error.problems, error.sources);
    throw error;
  }
}

test('consistency.yaml is right, for the reader and for editors', async () => {
  expect(await readShipped([])).toHaveLength(1);
  const accepts = new Ajv({ strict: false }).compile(editorSchema(definitions));
  const document: unknown = parse(await readFile(new URL('consistency.yaml', folder), 'utf8'));
  expect(accepts(document), JSON.stringify(accepts.errors)).toBe(true);
});

test.each(overlays)('overlays/%s is right', async (overlay) => {
  expect(await readShipped([overlay])).toEqual(expect.any(Array));
});

test('every setting of the shipped pipeline can be misspelt, and each time the setting is named', async () => {
  const [pipeline] = (await readShipped([])) as readonly Pipeline[];
  for (const { id, config } of pipeline!.stages) {
    for (const setting of Object.keys(config)) {
      const misspelt = `${setting}x`;
      const problems = await readShipped([], [`stages.${id}.with.${misspelt}=1`]);
      expect(problems).toContain(`unknown key "${misspelt}" in stages.${id}.with`);
      expect(problems).toContain(`did you mean "${setting}"?`);
    }
  }
});
