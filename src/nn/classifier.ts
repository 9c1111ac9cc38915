import type { Tensor } from '@tensorflow/tfjs-core';
import { type Backend, defineFunction, type FunctionSpec, type TensorProgram } from '../compute/index.ts';
import { sizeOf } from '../compute/values.ts';
import { type BatchForm, imagesInput } from './batch.ts';
import type { Layers } from './networks/layers.ts';
import type { Network } from './networks/network.ts';
import type { Weights } from './networks/weight.ts';
import type { ReadWeight } from './passes/arithmetic.ts';
import { foldedPass, foldedVariables, foldWeights } from './passes/folding.ts';

/** A network with weights, ready for use. */
export interface Classifier {
  readonly classes: number;
  /** The maximum number of images per call. */
  readonly batchSize: number;
  /** @param images [size, side, side, 3], 0..255, at most `batchSize` of them. @returns [size, classes]. */
  logits(images: Float32Array | Uint8Array, size: number): Float32Array;
}

/** A classifier that owns its program. */
export interface OpenClassifier extends Classifier {
  /** How it computes: compiled, or one operation at a time and why. */
  readonly mode: TensorProgram['mode'];
  dispose(): void;
}

/** Makes a program for inference only, with batch norm folded into convolutions. @param form of its batches. */
export function openClassifier(backend: Backend, network: Network, weights: Weights, form: BatchForm): OpenClassifier {
  const folded = foldWeights(network, weights);
  const program = backend.compile({
    variables: foldedVariables(network).map((variable) => ({ ...variable, constant: folded.get(variable.name)! })),
    functions: { logits: logitsFunction(network, form, (read) => foldedPass(backend, read)) },
  });
  return {
    ...programClassifier(program, 'logits', network, form),
    mode: program.mode,
    dispose: () => program.dispose(),
  };
}

/** The function from images to `logits`. */
export function logitsFunction(
  network: Network,
  form: BatchForm,
  pass: (read: ReadWeight) => Layers<Tensor>,
): FunctionSpec {
  return defineFunction({
    inputs: { images: imagesInput(network.imageSize, form) },
    body: (scope, { images }) => ({
      logits: network.forward(
        pass((name) => scope.read(name)),
        images,
      ),
    }),
  });
}

/** A program's function from images to `logits`, with smaller batches padded and the logits of the padding dropped. */
export function programClassifier(program: TensorProgram, name: string, network: Network, form: BatchForm): Classifier {
  const imageValues = sizeOf(imagesInput(network.imageSize, { ...form, size: 1 }).shape);
  return {
    classes: network.classes,
    batchSize: form.size,
    logits(images, size) {
      if (images.length !== size * imageValues || size > form.size) {
        throw new RangeError(
          `${images.length} values are not ${size} images of ${imageValues} each, at most ${form.size} of them`,
        );
      }
      let padded = images;
      if (size < form.size) {
        padded =
          form.pixels === 'uint8' ? new Uint8Array(form.size * imageValues) : new Float32Array(form.size * imageValues);
        padded.set(images);
      }
      const { logits = new Float32Array() } = program.run(name, { images: padded });
      return logits.subarray(0, size * network.classes);
    },
  };
}
