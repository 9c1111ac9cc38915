import { defineFunction, type FunctionSpec, type ProgramSpec, type VariableSpec } from '../../compute/index.ts';
import { type BatchForm, imagesInput } from '../batch.ts';
import { logitsFunction } from '../classifier.ts';
import type { Network } from '../networks/network.ts';
import { inferencePass } from '../passes/inference.ts';
import type { Tools } from '../passes/tools.ts';
import { trainingPass } from '../passes/training.ts';
import { adamVariables } from './adam.ts';
import { averagingVariable } from './averaging.ts';
import type { TrainingSettings } from './settings.ts';
import { moveStatistics, trainingStep } from './step.ts';

/** The forms of batches for a training program. */
export interface TrainingForms {
  /** The first one is that of full batches. */
  readonly steps: readonly BatchForm[];
  /** How many steps on full batches one call may run; 1 by default. */
  readonly stepsInCall?: number;
  readonly refresh: readonly BatchForm[];
  readonly evaluation: BatchForm;
}

/** Names of a training program's functions. */
export const trainingFunctions = {
  step: (size: number) => `step-${size}`,
  /** As many steps as one call runs. */
  steps: (size: number) => `steps-${size}`,
  refresh: (size: number) => `refresh-${size}`,
  average: 'average',
  logits: 'logits',
} as const;

/** The program of a training run: one step for each size of batch, the averaging of weights, the refresh of batch-norm statistics, and logits. */
export function trainingProgram(tools: Tools, settings: TrainingSettings, forms: TrainingForms): ProgramSpec {
  const { network, averaging, precision } = settings;
  const functions: Record<string, FunctionSpec> = {
    [trainingFunctions.logits]: logitsFunction(network, forms.evaluation, (read) => inferencePass(tools, read)),
  };
  if (averaging.kind !== 'none') functions[trainingFunctions.average] = averageWeights(tools, network);
  for (const form of forms.steps) functions[trainingFunctions.step(form.size)] = trainingStep(tools, settings, form);
  const {
    steps: [full],
    stepsInCall = 1,
  } = forms;
  if (full && stepsInCall > 1) {
    const step = trainingStep(tools, settings, full);
    functions[trainingFunctions.steps(full.size)] = { ...step, times: stepsInCall };
  }
  for (const form of forms.refresh) {
    functions[trainingFunctions.refresh(form.size)] = refreshBatchNorm(tools, settings, form);
  }
  return { variables: trainingVariables(settings), functions, precision };
}

/** The weights under their own names, Adam's state, and `average/<weight>` if weights are averaged. */
export function trainingVariables({ network, averaging }: TrainingSettings): readonly VariableSpec[] {
  const weights = network.weights.map(({ name, shape }) => ({ name, shape }));
  const trainable = network.weights.filter((weight) => weight.trainable);
  const averages = trainable.map(({ name, shape }) => ({ name: averagingVariable(name), shape }));
  return [...weights, ...adamVariables(trainable), ...(averaging.kind === 'none' ? [] : averages)];
}

/** Moves every average to its weight: average <- average + rate (weight - average). Input: rate, scalar. */
function averageWeights({ tf }: Tools, network: Network): FunctionSpec {
  const trainable = network.weights.filter((weight) => weight.trainable);
  return defineFunction({
    inputs: { rate: { shape: [], dtype: 'float32' } },
    body(scope, { rate }) {
      for (const { name } of trainable) {
        const average = scope.read(averagingVariable(name));
        const move = tf.mul(tf.sub(scope.read(name), average), rate);
        scope.assign(averagingVariable(name), tf.add(average, move));
      }
      return {};
    },
  });
}

/**
 * Moves the moving statistics to those of a batch, with the current weights: moving <- moving + rate (batch - moving), variance unbiased.
 * With rates 1, 1/2, 1/3, … every batch has the same weight (torch.optim.swa_utils.update_bn). Inputs: images; rate, scalar.
 */
function refreshBatchNorm(tools: Tools, settings: TrainingSettings, form: BatchForm): FunctionSpec {
  const { network, batchNormReplicas } = settings;
  return defineFunction({
    inputs: { images: imagesInput(network.imageSize, form), rate: { shape: [], dtype: 'float32' } },
    body(scope, { images, rate }) {
      const pass = trainingPass(tools, (name) => scope.read(name), {
        onStatistics: (name, statistics) => moveStatistics(tools, scope, name, statistics, rate),
        replicas: batchNormReplicas,
      });
      network.forward(pass, images);
      return {};
    },
  });
}
