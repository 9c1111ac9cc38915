import { didYouMean } from '../problem/suggest.ts';
import { type DocumentNode, describeNode } from './document-node.ts';
import type { Violation } from './validator.ts';

/** The text for a violation: a sentence about `name`, and a hint. */
export interface Words {
  readonly message: string;
  readonly hint?: string | undefined;
  /** The key of the object, if one of its keys is wrong. */
  readonly key?: string;
}

const shownKeys = 12;

const typeNames: Readonly<Record<string, string>> = {
  string: 'text',
  number: 'a number',
  integer: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'an object',
  null: 'null',
};

type Describer = (violation: Violation, name: string, node: DocumentNode) => Words;

const limit = (words: string): Describer => {
  return ({ params }, name, node) => ({
    message: `${name} must be ${words} ${params['limit']}, got ${describeNode(node)}`,
  });
};

const size = (words: string, one: string, many: string): Describer => {
  return ({ params }, name) => {
    const count = Number(params['limit'] ?? params['minContains']);
    return { message: `${name} must have ${words} ${count} ${count === 1 ? one : many}` };
  };
};

const unknownKey: Describer = ({ params, parentSchema }, name) => {
  const key = String(params['additionalProperty'] ?? params['unevaluatedProperty']);
  const keys = Object.keys(propertiesOf(parentSchema));
  const list = keys.length > 0 && keys.length <= shownKeys ? `known keys: ${keys.join(', ')}` : undefined;
  return { message: `unknown key "${key}" in ${name}`, key, hint: didYouMean(key, keys) ?? list };
};

const needsBeside: Describer = ({ params }, name) => ({
  message: `${name} has "${params['property']}" and therefore also needs "${params['missingProperty']}"`,
});

const expected: Describer = ({ parentSchema, params }, name, node) => {
  const expects = parentSchema?.['expects'] ?? `text that matches the pattern ${params['pattern']}`;
  return { message: `${name} expects ${expects}, got ${describeNode(node)}` };
};

const tooMany = size('at most', 'item', 'items');

const noForm: Describer = ({ params }, name, node) => ({
  message: `${name} matches ${params['passingSchemas'] ? 'more than one' : 'none'} of its allowed forms, got ${describeNode(node)}`,
});

const describers: Readonly<Record<string, Describer>> = {
  type: ({ params, parentSchema }, name, node) => {
    const types = [params['type']].flat().map(String);
    const wanted = parentSchema?.['expects'] ?? types.map((type) => typeNames[type]).join(' or ');
    return { message: `${name} expects ${wanted}, got ${describeNode(node)}`, hint: typeHint(types, node) };
  },
  enum: ({ params }, name, node) => {
    const allowed = (params['allowedValues'] as readonly unknown[]).map((value) => JSON.stringify(value));
    const hint = node.kind === 'scalar' ? didYouMean(String(node.value), allowed.map(unquoted)) : undefined;
    return { message: `${name} must be one of ${allowed.join(', ')}, got ${describeNode(node)}`, hint };
  },
  const: ({ params }, name, node) => ({
    message: `${name} must be ${JSON.stringify(params['allowedValue'])}, got ${describeNode(node)}`,
  }),
  minimum: limit('at least'),
  maximum: limit('at most'),
  exclusiveMinimum: limit('greater than'),
  exclusiveMaximum: limit('less than'),
  multipleOf: ({ params }, name, node) => ({
    message: `${name} must be a multiple of ${params['multipleOf']}, got ${describeNode(node)}`,
  }),
  minLength: (violation, name, node) =>
    violation.params['limit'] === 1
      ? { message: `${name} must not be empty` }
      : size('at least', 'character', 'characters')(violation, name, node),
  maxLength: size('at most', 'character', 'characters'),
  pattern: expected,
  format: ({ params }, name, node) => ({ message: `${name} must be a ${params['format']}, got ${describeNode(node)}` }),
  minItems: (violation, name, node) =>
    violation.params['limit'] === 1
      ? { message: `${name} must not be empty` }
      : size('at least', 'item', 'items')(violation, name, node),
  maxItems: size('at most', 'item', 'items'),
  items: tooMany,
  additionalItems: tooMany,
  unevaluatedItems: tooMany,
  contains: size('at least', 'item of the right kind', 'items of the right kind'),
  uniqueItems: ({ params }, name) => ({ message: `${name}[${params['j']}] and ${name}[${params['i']}] are the same` }),
  minProperties: (violation, name, node) =>
    violation.params['limit'] === 1
      ? { message: `${name} must not be empty` }
      : size('at least', 'key', 'keys')(violation, name, node),
  maxProperties: size('at most', 'key', 'keys'),
  required: ({ params, parentSchema }, name) => {
    const key = String(params['missingProperty']);
    const about = propertiesOf(parentSchema)[key]?.['description'];
    return { message: `${name} needs "${key}"`, hint: typeof about === 'string' ? `${key}: ${about}` : undefined };
  },
  additionalProperties: unknownKey,
  unevaluatedProperties: unknownKey,
  dependencies: needsBeside,
  dependentRequired: needsBeside,
  propertyNames: ({ params, schema }, name) => {
    const key = String(params['propertyName']);
    const expects = (schema as Readonly<Record<string, unknown>>)['expects'];
    const hint = typeof expects === 'string' ? `it must be ${expects}` : undefined;
    return { message: `"${key}" cannot be a key of ${name}`, key, hint };
  },
  discriminator: ({ params, parentSchema }, name, node) => {
    const tag = String(params['tag']);
    const forms = (parentSchema?.['oneOf'] ?? []) as readonly Readonly<Record<string, unknown>>[];
    const values = forms.map((form) => JSON.stringify(propertiesOf(form)[tag]?.['const'])).join(', ');
    const value = node.kind === 'map' ? node.entries.get(tag)?.value : undefined;
    if (!value) return { message: `${name} needs "${tag}", one of ${values}` };
    return { message: `${name}.${tag} must be one of ${values}, got ${describeNode(value)}`, key: tag };
  },
  anyOf: noForm,
  oneOf: noForm,
  not: (_, name, node) => ({ message: `${name} must not be ${describeNode(node)}` }),
  'false schema': (_, name) => ({ message: `${name} is not allowed here` }),
};

/** Describes a violation in our own words; `name` is the path of the value. */
export function wordsFor(violation: Violation, name: string, node: DocumentNode): Words {
  const describer = describers[violation.keyword];
  return describer
    ? describer(violation, name, node)
    : { message: `${name} violates the rule "${violation.keyword}", got ${describeNode(node)}` };
}

/** The keywords that have a text here. */
export const wordedKeywords: readonly string[] = Object.keys(describers);

function typeHint(types: readonly string[], node: DocumentNode): string | undefined {
  if (node.kind !== 'scalar' || typeof node.value !== 'string') return undefined;
  const text = node.value.trim();
  const number = Number(text.replaceAll('_', ''));
  if (types.some((type) => type === 'number' || type === 'integer') && text !== '' && Number.isFinite(number)) {
    return `write ${number}, without quotes`;
  }
  if (!types.includes('boolean')) return undefined;
  if (/^(yes|on|true)$/iu.test(text)) return 'write true';
  return /^(no|off|false)$/iu.test(text) ? 'write false' : undefined;
}

function propertiesOf(schema: unknown): Readonly<Record<string, Readonly<Record<string, unknown>>>> {
  const properties = (schema as { properties?: unknown } | undefined)?.properties;
  return (properties ?? {}) as Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

function unquoted(text: string): string {
  return text.replace(/^"(.*)"$/u, '$1');
}
