import { writeFile } from 'node:fs/promises';
import type { TensorProgram } from '../compute/index.ts';
import type { StageReport } from '../engine/definition.ts';
import { type StepFigures, type TrainingData, type TrainingSettings, train } from '../nn/index.ts';
import { StageError } from '../problem/errors.ts';
import type { InputPort, OutputPort } from '../schema/kind.ts';
import type { ContextOf, StageShape } from './define.ts';
import { checkpointFile } from './files/checkpoint-file.ts';
import type { Split } from './files/dataset-file.ts';
import { deviceJson, ranOn, warnOfOthers } from './files/devices.ts';
import { readWeights, writeWeights } from './files/weights-file.ts';
import { openEvaluationLoader } from './loaders/evaluation-loader.ts';
import type { Services } from './services.ts';

/** The inputs and outputs of every training stage. */
interface TrainingShape extends StageShape {
  readonly inputs: { readonly initial: InputPort };
  readonly outputs: { readonly weights: OutputPort; readonly history: OutputPort };
}

/** What teacher and student provide for their shared training. */
export interface TrainingStage {
  readonly settings: TrainingSettings;
  readonly data: TrainingData;
  readonly refresh: TrainingData | undefined;
  /** Held out: the images from `first` on. */
  readonly validation: { readonly split: Split; readonly first: number };
  readonly checkpointSeconds: number;
}

/** Trains, from the last checkpoint if there is one, and writes weights and history. */
export async function runTraining(
  context: Omit<ContextOf<TrainingShape>, 'config'>,
  services: Services,
  { settings, data, refresh, validation, checkpointSeconds }: TrainingStage,
): Promise<StageReport> {
  const { inputs, outputs, signal } = context;
  const backend = await services.backend();
  if (backend.notice !== undefined) context.warn(backend.notice);
  const heldOut = openEvaluationLoader({
    ...validation,
    imageSize: settings.network.imageSize,
    batchSize: Math.min(data.batchSize, validation.split.labels.length - validation.first),
    workers: services.viewWorkers,
    signal,
  });
  let steps: string | undefined;
  const checkpoint = checkpointFile(context.checkpoints, checkpointSeconds, services.now, () => ({
    ...deviceJson(backend),
    ...(steps !== undefined && { steps }),
  }));
  try {
    const result = await train(settings, {
      backend,
      initial: await readWeights(inputs.initial, settings.network),
      data,
      refresh,
      validation: heldOut,
      checkpoint,
      signal,
      onProgram: (mode, stepsInCall) => {
        steps = stepsIn(mode, stepsInCall);
        if (mode.kind === 'eager' && settings.precision !== 'float32')
          throw withoutPrecision(settings.precision, mode.reason);
        if (mode.kind === 'eager') context.warn(`steps run one operation at a time: ${mode.reason}`);
      },
      onRestored: () => warnOfOthers(context, checkpoint.devices()),
      onStep: (step) => context.report(progressOf(step, settings.epochs, data)),
    });
    await writeWeights(outputs.weights, settings.network, result.weights);
    await writeFile(outputs.history, `${JSON.stringify(result.history, null, 1)}\n`);
    const { history, validation: final, bestEpoch, stoppedEarly } = result;
    return {
      metrics: {
        epochs: history.length,
        loss: history.at(-1)?.loss ?? null,
        accuracy: history.at(-1)?.accuracy ?? null,
        validationLoss: final.loss,
        validationAccuracy: final.accuracy,
        bestEpoch,
        stoppedEarly,
      },
      provenance: ranOn(checkpoint.devices()),
    };
  } finally {
    await heldOut.close();
  }
}

/** The key names the precision: no other one may be computed under it. */
function withoutPrecision(precision: string, reason: string): StageError {
  return new StageError(`The precision is ${precision}, but only float32 can be computed here: ${reason}.`, {
    hint: 'compute with native TensorFlow (run: pipe setup), or set the precision to float32',
  });
}

/** How steps were computed: results differ in their last bits if it differs. */
function stepsIn(mode: TensorProgram['mode'], stepsInCall: number): string {
  if (mode.kind === 'eager') return 'an operation at a time';
  if (!mode.xla) return 'one graph';
  return stepsInCall === 1 ? 'compiled by XLA' : `compiled by XLA, ${stepsInCall} in a call`;
}

function progressOf({ epoch, batch, loss, accuracy }: StepFigures, epochs: number, data: TrainingData) {
  const seen = (epoch - 1) * data.images + Math.min(batch * data.batchSize, data.images);
  return {
    label: `epoch ${epoch}/${epochs}`,
    done: seen,
    total: epochs * data.images,
    unit: 'images',
    metrics: { loss, ...(Number.isFinite(accuracy) && { accuracy }) },
  };
}
