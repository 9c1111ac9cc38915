import type { TensorType } from '../graph.ts';

/** An operation to record, as far as the shapes of its outputs depend on it. */
export interface RecordedOperation {
  readonly inputs: readonly TensorType[];
  attribute(name: string): unknown;
  /** The values of a constant input. */
  constant(input: number): readonly number[];
}

/** The types of an operation's outputs. */
export type ShapeRule = (operation: RecordedOperation) => readonly TensorType[];
