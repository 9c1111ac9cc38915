// Writes the JSON Schemas that editors check pipeline files with, from the schemas in the code.
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { importSources } from './import-sources.mjs';

const { editorSchemas } = await importSources({ entryPoints: ['src/cli/editor-schemas.ts'] });
for (const [name, schema] of Object.entries(editorSchemas())) {
  await writeFile(join('pipelines', name), `${JSON.stringify(schema, null, 2)}\n`);
}
