import type { ErrorObject } from 'ajv';
import type { JsonSchema } from './kind.ts';

/** Checks a value against one schema and fills in defaults; returns all violations at once, empty if it matches. */
export type Validator = (value: unknown) => readonly Violation[];

/** One violated keyword, as ajv reports it; its message is never shown. */
export type Violation = ErrorObject<string, Record<string, unknown>>;

const known = new WeakMap<JsonSchema, Promise<Validator>>();

/** The validator of a schema, compiled once. Rejects if the schema itself is invalid. */
export function validatorOf(schema: JsonSchema): Promise<Validator> {
  const found = known.get(schema) ?? createValidator(schema);
  known.set(schema, found);
  return found;
}

async function createValidator(schema: JsonSchema): Promise<Validator> {
  // Loaded on demand: ajv takes longer to load than everything else that reads a pipeline.
  const { compile } = await import('./ajv.ts');
  const validate = compile(schema);
  return (value) => (validate(value) ? [] : ((validate.errors ?? []) as readonly Violation[]));
}
