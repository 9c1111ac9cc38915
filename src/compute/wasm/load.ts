import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type * as tfjs from '@tensorflow/tfjs-core';
import { EnvironmentError } from '../../problem/errors.ts';

/** The loaded WebAssembly backend. */
export interface Wasm {
  readonly tf: typeof tfjs;
  /** Version of TensorFlow.js. */
  readonly version: string;
  /** Threads that share the work of one operation. */
  readonly threads: number;
}

/** The parts of the package's compiled module that are used here; the names are Emscripten's. */
interface CompiledModule {
  cwrap(name: string, result: string | null, parameters: readonly string[]): (...values: number[]) => number;
  readonly PThread: {
    readonly unusedWorkers: readonly Unreferenced[];
    readonly runningWorkers: readonly Unreferenced[];
  };
  tfjs?: unknown;
  /** Reserves bytes of the module's memory; 0 if none are left. */
  _malloc(bytes: number): number;
  _free(address: number): void;
}

interface Unreferenced {
  unref(): void;
}

interface ModuleSettings {
  locateFile(file: string): string | URL;
  readonly mainScriptUrlOrBlob: string;
  instantiateWasm(imports: Imports, done: (instance: unknown, module: unknown) => void): object;
}

type Imports = Record<string, Record<string, unknown>>;

/** The part of the language's own WebAssembly that is used here; its types come only with the DOM. */
declare const WebAssembly: {
  instantiate(binary: Uint8Array, imports: Imports): Promise<{ instance: unknown; module: unknown }>;
};

interface WasmPackage {
  readonly BackendWasm: new (module: CompiledModule) => tfjs.KernelBackend;
  readonly version_wasm: string;
  setThreadsCount(count: number): void;
  getThreadsCount(): number;
}

/**
 * Loads TensorFlow.js's WebAssembly backend with threads and makes it tfjs's backend. The package uses threads only in browsers
 * (tensorflow/tfjs issue 3830), so its threaded module is started here. Results do not depend on the number of threads: they divide the
 * outputs of an operation, never a single sum.
 */
export async function loadWasm(threads: number): Promise<Wasm> {
  const require = createRequire(import.meta.url);
  const tf = require('#tfjs/core.cjs') as typeof tfjs;
  const wasm = require('#tfjs/wasm.cjs') as WasmPackage;
  const module = await startModule(require, threads);
  wasm.setThreadsCount(threads);
  refuseNull(module);
  const backend = new wasm.BackendWasm(module);
  tf.removeBackend('wasm');
  tf.registerBackend('wasm', () => backend, 2);
  // Set at once: only a backend that is created asynchronously must be awaited.
  void tf.setBackend('wasm');
  const { unusedWorkers, runningWorkers } = module.PThread;
  for (const worker of [...unusedWorkers, ...runningWorkers]) worker.unref();
  return { tf, version: wasm.version_wasm, threads: wasm.getThreadsCount() };
}

async function startModule(require: NodeJS.Require, threads: number): Promise<CompiledModule> {
  const script = require.resolve('#tfjs/wasm/module.js');
  const start = require(script) as (settings: ModuleSettings) => Promise<CompiledModule>;
  const binary = await readFile(require.resolve('#tfjs/wasm/module.wasm'));
  const module = await start({
    locateFile: (file) => (file.endsWith('.worker.js') ? workerProgram(require, script) : join(dirname(script), file)),
    mainScriptUrlOrBlob: script,
    instantiateWasm(imports, done) {
      // It starts at most half as many threads as there are cores.
      imports['env']!['emscripten_num_logical_cores'] = () => 2 * threads;
      void WebAssembly.instantiate(binary, imports).then(({ instance, module }) => done(instance, module));
      return {};
    },
  });
  module.tfjs = {
    init: module.cwrap('init', null, []),
    initWithThreadsCount: module.cwrap('init_with_threads_count', null, ['number']),
    getThreadsCount: module.cwrap('get_threads_count', 'number', []),
    registerTensor: module.cwrap('register_tensor', null, ['number', 'number', 'number']),
    disposeData: module.cwrap('dispose_data', null, ['number']),
    dispose: module.cwrap('dispose', null, []),
  };
  return module;
}

/** If memory ran out, the package would continue with address 0, and overwrite what is there. */
function refuseNull(module: CompiledModule): void {
  // Its first call replaces it with the real function.
  module._free(module._malloc(1));
  const reserve = module._malloc;
  module._malloc = (bytes) => {
    const address = reserve(bytes);
    if (address !== 0) return address;
    throw new EnvironmentError(`WebAssembly has no memory left for another ${Math.ceil(bytes / 1e6)} MB`, {
      hint: 'use a smaller batch or network, or native TensorFlow: pipe setup',
    });
  };
}

/** The program of each thread: the package's own text, which expects the globals of a CommonJS script. */
function workerProgram(require: NodeJS.Require, script: string): URL {
  const { wasmWorkerContents } = require('#tfjs/wasm/worker.js') as {
    wasmWorkerContents: string;
  };
  // In the package it is a template literal, in which line breaks within strings were not escaped.
  const text = wasmWorkerContents.replaceAll('\n', '\\n');
  const program = `
import { createRequire } from 'node:module';
globalThis.__filename = ${JSON.stringify(script)};
globalThis.require = createRequire(__filename);
(0, eval)(${JSON.stringify(text)});`;
  return new URL(`data:text/javascript;base64,${Buffer.from(program).toString('base64')}`);
}
