// Writes the JSON Schemas that editors check pipeline files with, from the schemas in the code.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { build } from '#esbuild';

// Below node_modules, so that the bundle finds the packages it imports.
const draft = await mkdtemp(join('node_modules', '.pipe-schema-'));
try {
  const outfile = join(draft, 'editor-schemas.mjs');
  await build({
    entryPoints: ['src/cli/editor-schemas.ts'],
    outfile,
    bundle: true,
    format: 'esm',
    platform: 'node',
    packages: 'external',
    logLevel: 'warning',
  });
  const { editorSchemas } = await import(join(process.cwd(), outfile));
  for (const [name, schema] of Object.entries(editorSchemas())) {
    await writeFile(join('pipelines', name), `${JSON.stringify(schema, null, 2)}\n`);
  }
} finally {
  await rm(draft, { recursive: true, force: true });
}
