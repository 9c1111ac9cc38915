import { mapValues } from '../json/map-values.ts';
import { documentSchema, stageSchema } from './document.ts';
import type { JsonSchema, StageKind } from './kind.ts';

/**
 * The JSON Schema (draft 7, which editors support best) of a pipeline file that uses the given kinds: completion, hover texts and error
 * markers while typing. Wherever a kind accepts a value, `${params.x}` is also allowed.
 */
export function editorSchema(kinds: readonly StageKind[]): JsonSchema {
  const document = rewritten(documentSchema, asIs);
  const stages = rewritten(documentSchema.properties.stages, () => ({ $ref: '#/definitions/stage' }));
  return {
    $schema: 'http://json-schema.org/draft-07/schema#',
    title: 'A pipeline',
    ...document,
    properties: { ...(document['properties'] as JsonSchema), stages },
    definitions: {
      reference: { type: 'string', pattern: '\\$\\{[^}]+\\}', description: 'A parameter: ${params.name}.' },
      stage: anyStage(kinds),
    },
  };
}

function anyStage(kinds: readonly StageKind[]): JsonSchema {
  const stage = rewritten(stageSchema, asIs);
  const names = kinds.map(({ uses, summary }) => ({ const: uses, description: summary }));
  const modules = { type: 'string', pattern: '^\\.{0,2}/', description: 'The path of your own module.' };
  const uses = { description: stageSchema.properties.uses.description, anyOf: [...names, modules] };
  return {
    ...stage,
    properties: { ...(stage['properties'] as JsonSchema), uses },
    allOf: kinds.map((kind) => ({
      if: { properties: { uses: { const: kind.uses } }, required: ['uses'] },
      // biome-ignore lint/suspicious/noThenProperty: it is a keyword of JSON Schema
      then: stageOf(kind),
    })),
  };
}

/** What a kind requires of `with` and, if its inputs do not depend on the configuration, of `needs`. */
function stageOf({ config, inputs, ports }: StageKind): JsonSchema {
  const settings = { with: rewritten(config, orReference) };
  const hasDemands = Array.isArray(config['required']) && config['required'].length > 0;
  const demanded = hasDemands ? ['with'] : [];
  if (ports) return { properties: settings, required: demanded };
  const demandedInputs = Object.keys(inputs).filter((port) => !inputs[port]?.optional);
  const needs = {
    additionalProperties: false,
    properties: mapValues(inputs, ({ summary }) => ({ type: 'string', description: summary })),
    required: demandedInputs,
  };
  return {
    properties: { ...settings, needs },
    required: demandedInputs.length > 0 ? [...demanded, 'needs'] : demanded,
  };
}

type Change = (schema: JsonSchema) => JsonSchema;

/** The schema without the keywords that only our own check reads, and with `change` applied to the schema of each part of a value. */
function rewritten(schema: JsonSchema, change: Change): JsonSchema {
  const part = (value: unknown) => (isSchema(value) ? change(rewritten(value, change)) : value);
  const whole = (value: unknown) => (isSchema(value) ? rewritten(value, change) : value);
  const entries = Object.entries(schema).flatMap(([keyword, value]): [string, unknown][] => {
    switch (keyword) {
      case 'keyed':
      case 'expects':
      case 'discriminator':
        return [];
      case 'properties':
      case 'patternProperties':
        return [[keyword, mapValues(value as JsonSchema, part)]];
      case 'items':
      case 'additionalProperties':
        return [[keyword, part(value)]];
      case 'allOf':
      case 'anyOf':
      case 'oneOf':
        return [[keyword, (value as readonly unknown[]).map(whole)]];
      case 'propertyNames':
        return [[keyword, whole(value)]];
      default:
        return [[keyword, value]];
    }
  });
  return Object.fromEntries(entries);
}

function asIs(schema: JsonSchema): JsonSchema {
  return schema;
}

const annotations = new Set(['description', 'default', 'title', 'examples']);

/** A schema that accepts what the given one accepts, or a reference to a parameter. */
function orReference(schema: JsonSchema): JsonSchema {
  const entries = Object.entries(schema);
  const demands = entries.filter(([keyword]) => !annotations.has(keyword));
  const takesAnyText = demands.every(([keyword, value]) => keyword === 'type' && value === 'string');
  if (takesAnyText) return schema;
  const said = entries.filter(([keyword]) => annotations.has(keyword));
  return { ...Object.fromEntries(said), anyOf: [Object.fromEntries(demands), { $ref: '#/definitions/reference' }] };
}

function isSchema(value: unknown): value is JsonSchema {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
