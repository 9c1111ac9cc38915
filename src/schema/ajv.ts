import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import type { JsonSchema } from './kind.ts';

const ajv = new Ajv2020({
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
ajv.addKeyword('keyed');
ajv.addKeyword('expects');

/** Compiles a schema. @throws if the schema itself is invalid. */
export function compile(schema: JsonSchema): ValidateFunction {
  return ajv.compile(schema);
}
