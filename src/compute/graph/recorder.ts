import type { Tensor, TensorInfo, DataType as TfjsType } from '@tensorflow/tfjs-core';
import type { Native, NodeBackend, OpAttribute } from '../native.ts';
import type { Values } from '../program.ts';
import { sizeOf } from '../values.ts';
import { type DataType, dataTypeOf, dataTypes, typeAttribute } from './attributes.ts';
import { sameShape, showShape } from './checks.ts';
import { constantValues, type Edge, type OperationGraph, type TensorType, typeOf } from './graph.ts';
import { NotCompilable } from './not-compilable.ts';
import { shapeRules } from './shapes/rules.ts';

/** Larger constants belong in a variable or an input: a graph is text before it runs. */
const largestConstant = 1 << 18;

/** Attributes that tfjs leaves out because TensorFlow infers them when it runs an operation eagerly. */
const inferredAttributes: Readonly<Record<string, (inputs: readonly TensorType[]) => OpAttribute[]>> = {
  ExpandDims: ([x, axis]) => [typeAttribute('T', x!.type), typeAttribute('Tdim', axis!.type)],
};

/** Operations whose number of results depends on the values of their inputs. */
const unknownLengths = new Set([
  'NonMaxSuppressionV3',
  'NonMaxSuppressionV4',
  'NonMaxSuppressionV5',
  'UniqueV2',
  'Where',
]);

/** The parts of the backend that a recording replaces temporarily. */
type Doors = Pick<NodeBackend, 'executeSingleOutput' | 'executeMultipleOutputs' | 'readSync' | 'write'>;

/**
 * Records the operations of a function into a graph without running them: its tensors have shapes and types but no values. While a body is
 * recorded, calls of the backend lead here instead of to TensorFlow.
 */
export class Recorder {
  readonly #native: Native;
  readonly #graph: OperationGraph;
  readonly #edges = new WeakMap<object, Edge>();
  readonly #made = new WeakSet<object>();

  constructor(native: Native, graph: OperationGraph) {
    this.#native = native;
    this.#graph = graph;
  }

  /** Runs a body whose operations are recorded. */
  record<T>(body: () => T): T {
    const { tf, backend } = this.#native;
    const { readSync, write } = backend;
    const doors: Doors = {
      executeSingleOutput: (op, attributes, inputs) => this.#operation(op, attributes, inputs, 1)[0]!,
      executeMultipleOutputs: (op, attributes, inputs, outputs) => this.#operation(op, attributes, inputs, outputs),
      readSync: (id) => {
        if (this.#edges.has(id)) throw new NotCompilable('reads the value of a tensor while it is recorded');
        return readSync.call(backend, id);
      },
      write: (values, shape, dtype) => {
        const id = write.call(backend, values, shape, dtype);
        this.#made.add(id);
        return id;
      },
    };
    Object.assign(backend, doors);
    tf.engine().startScope();
    try {
      return body();
    } finally {
      tf.engine().endScope();
      for (const door of Object.keys(doors)) Reflect.deleteProperty(backend, door);
    }
  }

  /** A tensor without values that represents an edge. */
  tensor(edge: Edge): Tensor {
    const { tf, backend } = this.#native;
    const { shape, type } = typeOf(edge);
    const dataId = {};
    this.#edges.set(dataId, edge);
    backend.tensorMap.set(dataId, { shape, dtype: dataTypes[type], id: -1, values: null, refCount: 1 });
    return tf.engine().makeTensorFromTensorInfo({ dataId, shape: [...shape], dtype: type as TfjsType });
  }

  /** The edge that a tensor represents; a constant if its values are known. */
  edge(tensor: TensorInfo): Edge {
    const edge = this.#edges.get(tensor.dataId) ?? this.#constant(tensor);
    // tfjs reshapes without an operation: tensors of several shapes share their data.
    return sameShape(typeOf(edge).shape, tensor.shape) ? edge : this.#graph.reshape(edge, tensor.shape);
  }

  #constant({ dataId, shape, dtype }: TensorInfo): Edge {
    if (!this.#made.has(dataId)) {
      throw new NotCompilable(
        `uses a tensor of shape ${showShape(shape)} made outside of it, whose value would be frozen: make it an input or a variable`,
      );
    }
    const type = dataTypeOf(this.#native.backend.getDTypeInteger(dtype));
    if (!type) throw new NotCompilable(`makes a constant of type ${dtype}`);
    const edge = this.#graph.constant(shape, type, typed(type, this.#native.backend.readSync(dataId)));
    if (edge.node.values!.length > largestConstant) {
      throw new NotCompilable(`makes a constant of shape ${showShape(shape)}: make it an input or a variable`);
    }
    return edge;
  }

  #operation(op: string, given: readonly OpAttribute[], tensors: readonly TensorInfo[], count: number): Tensor[] {
    const inputs = tensors.map((tensor) => this.edge(tensor));
    const inputTypes = inputs.map(typeOf);
    const attributes = [...given, ...(inferredAttributes[op]?.(inputTypes) ?? [])];
    const types = shapeRules.get(op)?.({
      inputs: inputTypes,
      attribute: (name) => attributes.find((attribute) => attribute.name === name)?.value,
      constant: (input) => constantValues(inputs[input]!)!,
    });
    const outputs = types ?? this.#outputsOnZeros(op, attributes, inputs, count);
    const node = this.#graph.add({ op, attributes, inputs, outputs });
    return outputs.map((_, index) => this.tensor({ node, index }));
  }

  /** Finds out the types of an operation's outputs by running it once, with zeros for unknown values. */
  #outputsOnZeros(
    op: string,
    attributes: readonly OpAttribute[],
    inputs: readonly Edge[],
    count: number,
  ): TensorType[] {
    if (unknownLengths.has(op)) throw new NotCompilable(`uses ${op}, whose result has no fixed shape`);
    const { binding } = this.#native;
    const ids = inputs.map((edge) => {
      const { shape, type } = typeOf(edge);
      const values = constantValues(edge) ?? new Array<number>(sizeOf(shape)).fill(0);
      return binding.createTensor(shape, dataTypes[type], typed(type, values));
    });
    const outputs = binding.executeOp(op, attributes, ids, count);
    for (const id of [...ids, ...outputs.map((output) => output.id)]) binding.deleteTensor(id);
    return outputs.map(({ shape, dtype }) => {
      const type = dataTypeOf(dtype);
      if (!type) throw new NotCompilable(`uses ${op}, whose result has a type that these graphs do not support`);
      return { shape, type };
    });
  }
}

function typed(type: DataType, values: ArrayLike<number>): Values {
  if (type === 'float32') return new Float32Array(values);
  return type === 'int32' ? new Int32Array(values) : new Uint8Array(values);
}
