import type { OpAttribute } from '../native.ts';

/** TensorFlow's numbers of the data types a graph may hold (tensorflow/core/framework/types.proto). */
export const dataTypes = { float32: 1, int32: 3, uint8: 4, bool: 10, bfloat16: 14, resource: 20 } as const;

/** A data type of a graph. */
export type DataType = keyof typeof dataTypes;

/** The data type of one of TensorFlow's numbers; undefined if these graphs do not support it. */
export function dataTypeOf(number: unknown): DataType | undefined {
  return (Object.keys(dataTypes) as DataType[]).find((type) => dataTypes[type] === number);
}

/** The addon's numbers of the attribute kinds (TF_AttrType in tensorflow/c/c_api.h). */
export const attributeKinds = { string: 0, int: 1, float: 2, bool: 3, type: 4, shape: 5, func: 8 } as const;

/** An operation's attribute holding a value, or a list of values, of one kind. */
export function attribute(
  name: string,
  kind: Exclude<keyof typeof attributeKinds, 'type'>,
  value: unknown,
): OpAttribute {
  return { name, type: attributeKinds[kind], value };
}

/** An operation's attribute holding a data type. */
export function typeAttribute(name: string, type: DataType): OpAttribute {
  return { name, type: attributeKinds.type, value: dataTypes[type] };
}
