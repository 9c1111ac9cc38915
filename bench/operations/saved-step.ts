import { cpSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { compileProgram } from '../../src/compute/graph/compile.ts';
import { openBackend } from '../../src/compute/index.ts';
import { cacheDirectory, setupLocation } from '../../src/compute/location.ts';
import { type Binding, loadNative, type Native } from '../../src/compute/native.ts';
import { drawInitialWeights, resnet50v2, type TrainingSettings } from '../../src/nn/index.ts';
import { TrainingRun } from '../../src/nn/training/run.ts';
import { randomBatch } from '../tasks/random-batch.ts';
import { plainTraining } from '../tasks/steps.ts';

/** A tensor as it was handed to TensorFlow. */
interface Fed {
  readonly shape: readonly number[];
  readonly dtype: number;
  readonly values: ArrayBufferView;
}

/**
 * Runs one training step of ResNet50V2 and stores what TensorFlow got for it in a folder: the graph as a SavedModel, and in `calls.json`
 * the calls of its session, the step last.
 */
export async function saveStep(
  folder: string,
  precision: TrainingSettings['precision'],
  batchSize: number,
): Promise<void> {
  const backend = await openBackend({ environment: process.env, backend: 'tensorflow', build: 'cpu' });
  const native = loadNative(setupLocation(cacheDirectory(process.env), 'cpu').addon);
  const recording: Native = { ...native, binding: recorder(native.binding, folder) };
  const network = resnet50v2({ imageSize: 72, classes: 10 });
  async function* noBatches() {}
  const data = { batchSize, pixels: 'float32', batches: noBatches } as const;
  const run = new TrainingRun(
    { ...plainTraining(network), precision },
    {
      backend: { ...backend, compile: (spec) => compileProgram(recording, spec) },
      initial: drawInitialWeights(network, 0),
      data: { images: batchSize, ...data },
      refresh: undefined,
      validation: data,
    },
  );
  if (run.mode.kind !== 'compiled') throw new Error(`not compiled: ${run.mode.reason}`);
  run.step(randomBatch(batchSize, network.imageSize, 'float32'));
  run.dispose();
}

/** The same binding, which also records what sessions get. */
function recorder(binding: Binding, folder: string): Binding {
  const tensors = new Map<number, Fed>();
  const calls: object[] = [];
  let files = 0;
  const own: Pick<Binding, 'createTensor' | 'executeOp' | 'loadSavedModel' | 'runSavedModel'> = {
    createTensor(shape, dtype, values) {
      const id = binding.createTensor(shape, dtype, values);
      tensors.set(id, { shape, dtype, values });
      return id;
    },
    executeOp(name, attributes, inputs, outputs) {
      const results = binding.executeOp(name, attributes, inputs, outputs);
      const [source] = inputs;
      const [copy] = results;
      const fed = source === undefined ? undefined : tensors.get(source);
      if (name === 'DeepCopy' && copy && fed) tensors.set(copy.id, fed);
      return results;
    },
    loadSavedModel(directory, tags) {
      cpSync(directory, folder, { recursive: true });
      return binding.loadSavedModel(directory, tags);
    },
    runSavedModel(id, inputs, inputNames, outputNames) {
      const names = inputNames.split(',');
      const feeds = inputs.map((input, place) => {
        const { shape, dtype, values } = tensors.get(input)!;
        const file = `feed-${files++}`;
        writeFileSync(join(folder, file), new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
        return { name: names[place], file, shape, dtype };
      });
      tensors.clear();
      calls.push({ feeds, fetches: outputNames.split(',') });
      writeFileSync(join(folder, 'calls.json'), JSON.stringify(calls));
      return binding.runSavedModel(id, inputs, inputNames, outputNames);
    },
  };
  mkdirSync(folder);
  return Object.create(binding, Object.getOwnPropertyDescriptors(own)) as Binding;
}
