import type { ErrorObject, ValidateFunction } from 'ajv';
import type { JsonSchema } from './kind.ts';

/** Checks a value against one schema and fills defaults into it; every violation at once, empty where it fits. */
export type Validator = (value: unknown) => readonly Violation[];

/** One violated keyword, as ajv reports it; its message is never shown. */
export type Violation = ErrorObject<string, Record<string, unknown>>;

const known = new WeakMap<JsonSchema, Promise<Validator>>();

/** The validator of a schema, compiled once. Throws where the schema itself is wrong. */
export function validatorOf(schema: JsonSchema): Promise<Validator> {
  const found = known.get(schema) ?? compile(schema);
  known.set(schema, found);
  return found;
}

let ajv: Promise<{ compile(schema: JsonSchema): ValidateFunction }> | undefined;

async function compile(schema: JsonSchema): Promise<Validator> {
  ajv ??= createAjv();
  const validate = (await ajv).compile(schema);
  return (value) => (validate(value) ? [] : ((validate.errors ?? []) as readonly Violation[]));
}

/** Loaded when first needed: ajv costs more to load than all else that reads a pipeline. */
async function createAjv() {
  const { Ajv2020 } = await import('ajv/dist/2020.js');
  const created = new Ajv2020({
    allErrors: true,
    discriminator: true,
    logger: false,
    meta: false,
    ownProperties: true,
    useDefaults: true,
    validateFormats: false,
    validateSchema: false,
    verbose: true,
  });
  created.addKeyword('keyed');
  created.addKeyword('expects');
  return created;
}
