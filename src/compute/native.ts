import { createRequire } from 'node:module';
import type * as tfjs from '@tensorflow/tfjs-core';

/** An attribute of a TensorFlow operation, in the form of the addon. */
export interface OpAttribute {
  readonly name: string;
  /** One of the addon's TF_ATTR_* numbers. */
  readonly type: number;
  readonly value: unknown;
}

/** The addon's description of a new tensor. */
export interface TensorHandle {
  readonly id: number;
  readonly shape: number[];
  readonly dtype: number;
}

/** The TensorFlow.js addon: TensorFlow's C API for JavaScript. */
export interface Binding {
  readonly TF_Version: string;
  readonly [constant: `TF_${string}`]: number | string;
  isUsingGpuDevice(): boolean;
  createTensor(shape: readonly number[], dtype: number, values: ArrayBufferView): number;
  deleteTensor(id: number): void;
  tensorDataSync(id: number): Float32Array | Int32Array | Uint8Array;
  executeOp(
    name: string,
    attributes: readonly OpAttribute[],
    inputs: readonly number[],
    outputs: number,
  ): TensorHandle[];
  loadSavedModel(directory: string, tags: string): number;
  deleteSavedModel(id: number): void;
  runSavedModel(id: number, inputs: readonly number[], inputNames: string, outputNames: string): TensorHandle[];
  getNumOfSavedModels(): number;
  getNumOfTensors(): number;
}

/** tfjs-node's backend class: runs one operation at a time through the addon. */
export interface NodeBackend {
  readonly binding: Binding;
  readonly isUsingGpuDevice: boolean;
  readonly tensorMap: {
    get(id: object): { shape: number[]; dtype: number; id: number; values: ArrayBufferView | null; refCount: number };
    set(
      id: object,
      value: { shape: readonly number[]; dtype: number; id: number; values: ArrayBufferView | null; refCount: number },
    ): void;
    has(id: object): boolean;
  };
  executeSingleOutput(
    name: string,
    attributes: readonly OpAttribute[],
    inputs: readonly tfjs.TensorInfo[],
  ): tfjs.Tensor;
  executeMultipleOutputs(
    name: string,
    attributes: readonly OpAttribute[],
    inputs: readonly tfjs.TensorInfo[],
    outputs: number,
  ): tfjs.Tensor[];
  getInputTensorIds(tensors: readonly tfjs.TensorInfo[]): number[];
  createOutputTensor(handle: TensorHandle): tfjs.Tensor;
  getDTypeInteger(dtype: tfjs.DataType): number;
  readSync(dataId: object): Float32Array | Int32Array | Uint8Array;
  write(values: ArrayBufferView, shape: number[], dtype: tfjs.DataType): object;
}

/** The loaded native backend. */
export interface Native {
  readonly tf: typeof tfjs;
  readonly backend: NodeBackend;
  readonly binding: Binding;
}

let loaded: { addon: string; native: Native } | undefined;

/**
 * Loads TensorFlow through the addon and makes it tfjs's backend; the first addon of a process stays. The addon is opened by its path, not
 * through tfjs-node's own entry, which would look for it in node_modules.
 * @throws the dynamic linker's error if the addon or a library it needs cannot be loaded.
 */
export function loadNative(addon: string): Native {
  if (loaded) return loaded.native;
  const require = createRequire(import.meta.url);
  // tfjs-node 4.22 calls util.isNullOrUndefined, which Node 23 removed.
  const util = require('node:util') as { isNullOrUndefined?: (value: unknown) => boolean };
  util.isNullOrUndefined ??= (value) => value === null || value === undefined;
  const tf = require('#tfjs/core.cjs') as typeof tfjs;
  const { NodeJSKernelBackend } = require('#tfjs/node.cjs') as {
    NodeJSKernelBackend: new (binding: Binding, packageName: string) => NodeBackend & tfjs.KernelBackend;
  };
  const module = { exports: {} as unknown };
  process.dlopen(module, addon);
  const binding = module.exports as Binding;
  const backend = new NodeJSKernelBackend(binding, '@tensorflow/tfjs-node-gpu');
  tf.registerBackend('tensorflow', () => backend, 3);
  // Set at once: only a backend that is created asynchronously must be awaited.
  void tf.setBackend('tensorflow');
  loaded = { addon, native: { tf, backend, binding } };
  return loaded.native;
}
