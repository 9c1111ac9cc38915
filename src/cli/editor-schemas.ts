import { mapValues } from '../json/map-values.ts';
import { editorSchema, type JsonSchema } from '../schema/index.ts';
import { addressee } from '../schema/layered-document.ts';
import { builtinDefinitions } from '../stages/catalogue.ts';
import { machineServices } from '../workers/machine-services.ts';

/** The JSON Schemas that editors check pipelines and overlays with, by the name of their file in `pipelines/`. */
export function editorSchemas(): Readonly<Record<string, JsonSchema>> {
  const pipeline = editorSchema(builtinDefinitions(machineServices({}, '/')));
  return {
    'pipeline.schema.json': pipeline,
    'overlay.schema.json': overlaySchema(patchOf(pipeline) as JsonSchema),
  };
}

function overlaySchema(patch: JsonSchema): JsonSchema {
  const properties = { [addressee.key]: addressee.schema, ...(patch['properties'] as JsonSchema) };
  return { ...patch, title: 'An overlay of a pipeline', properties };
}

/** The schema of a merge patch (RFC 7386) for a schema: nothing is required, and null removes a key. */
function patchOf(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(patchOf);
  if (typeof schema !== 'object' || schema === null) return schema;
  const entries = Object.entries(schema).flatMap(([keyword, value]): [string, unknown][] => {
    switch (keyword) {
      case 'required':
      case 'minProperties':
      // Depends on the kind of a stage, which an overlay rarely repeats.
      case 'allOf':
        return [];
      case 'properties':
        return [[keyword, mapValues(value, (part) => orNull(patchOf(part)))]];
      case 'additionalProperties':
        return [[keyword, typeof value === 'boolean' ? value : orNull(patchOf(value))]];
      default:
        return [[keyword, patchOf(value)]];
    }
  });
  return Object.fromEntries(entries);
}

function orNull(schema: unknown): unknown {
  return { anyOf: [schema, { type: 'null' }] };
}
