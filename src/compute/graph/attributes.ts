import type { OpAttribute } from '../native.ts';

/** TensorFlow's numbers of the data types used here (tensorflow/core/framework/types.proto). */
export const dataTypes = { float32: 1, int32: 3, uint8: 4, bool: 10, bfloat16: 14 } as const;

/** A data type a node of a graph may have. */
export type GraphType = keyof typeof dataTypes;

/** The addon's numbers of the attribute kinds (TF_AttrType in tensorflow/c/c_api.h). */
export const attributeKinds = { string: 0, int: 1, float: 2, bool: 3, type: 4, shape: 5 } as const;

/** An operation's attribute holding a data type. */
export function typeAttribute(name: string, type: GraphType): OpAttribute {
  return { name, type: attributeKinds.type, value: dataTypes[type] };
}

/** An operation's attribute holding a value or a list of values of one kind. */
export function attribute(name: string, kind: keyof typeof attributeKinds, value: unknown): OpAttribute {
  return { name, type: attributeKinds[kind], value };
}
