import type { Json, JsonObject } from '../json/json.ts';
import type { JsonSchema } from './kind.ts';

declare const value: unique symbol;

/** A schema with an explicit type for its values. */
export type TypedSchema<Value> = JsonSchema & { readonly [value]: Value };

/** Gives a schema an explicit type, if it is built at run time or `ValueOf` does not understand it. */
export function typed<Value>(schema: JsonSchema): TypedSchema<Value> {
  return schema as TypedSchema<Value>;
}

/**
 * The type of the values that a JSON Schema accepts, with defaults filled in: a property with a default is always present. Understands
 * `const`, `enum`, `oneOf`, `anyOf`, `type`, `items`, `properties`, `required` and `additionalProperties`; other requirements are checked
 * when a pipeline is read, not by the compiler. Our own code, because the declarations that modules are compiled against must not need
 * another package.
 */
export type ValueOf<Schema> = Schema extends { readonly [value]: infer Value }
  ? Value
  : Schema extends { readonly const: infer Value }
    ? Value
    : Schema extends { readonly enum: readonly (infer Value)[] }
      ? Value
      : Schema extends { readonly oneOf: readonly (infer Form)[] } | { readonly anyOf: readonly (infer Form)[] }
        ? ValueOf<Form>
        : Schema extends { readonly type: infer Type }
          ? ValueOfType<Type, Schema>
          : Json;

type ValueOfType<Type, Schema> = Type extends readonly (infer Each)[]
  ? ValueOfType<Each, Schema>
  : Type extends 'string'
    ? string
    : Type extends 'number' | 'integer'
      ? number
      : Type extends 'boolean'
        ? boolean
        : Type extends 'null'
          ? null
          : Type extends 'array'
            ? readonly ItemOf<Schema>[]
            : Type extends 'object'
              ? ObjectOf<Schema>
              : Json;

type ItemOf<Schema> = Schema extends { readonly items: infer Item } ? ValueOf<Item> : Json;

type ObjectOf<Schema> = Schema extends { readonly properties: infer Properties }
  ? Flat<
      { readonly [Name in Given<Schema, Properties>]: ValueOf<Properties[Name]> } & {
        readonly [Name in Exclude<keyof Properties, Given<Schema, Properties>>]?: ValueOf<Properties[Name]>;
      }
    >
  : Schema extends { readonly additionalProperties: infer Value extends object }
    ? Readonly<Record<string, ValueOf<Value>>>
    : JsonObject;

/** The names of properties that are always present. */
type Given<Schema, Properties> = {
  [Name in keyof Properties]: Properties[Name] extends { readonly default: unknown }
    ? Name
    : Schema extends { readonly required: readonly (infer Required)[] }
      ? Extract<Name, Required>
      : never;
}[keyof Properties];

type Flat<Type> = { [Name in keyof Type]: Type[Name] };
