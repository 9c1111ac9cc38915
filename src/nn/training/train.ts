import { setImmediate } from 'node:timers/promises';
import type { TensorProgram } from '../../compute/index.ts';
import type { TrainingData } from '../batch.ts';
import { evaluateClassifier } from '../evaluate.ts';
import type { Figures } from '../schedules/monitor.ts';
import { checkAveraging } from './averaging.ts';
import type { Checkpoint, EpochFigures, StepFigures } from './progress.ts';
import { type RunContext, TrainingRun } from './run.ts';
import type { TrainingSettings } from './settings.ts';

/** The input and the listeners of training. */
export interface TrainingContext extends RunContext {
  readonly checkpoint?: Checkpoint;
  /** When aborted, training saves its state before the next step and throws the signal's reason. */
  readonly signal?: AbortSignal;
  /** Called once with how steps are computed: compiled, or one operation at a time and why; and how many in one call. */
  onProgram?(mode: TensorProgram['mode'], stepsInCall: number): void;
  /** Called if training continues from a checkpoint. */
  onRestored?(): void;
  onStep?(figures: StepFigures): void;
  onEpoch?(figures: EpochFigures): void;
}

/** What training leaves. */
export interface TrainingResult {
  /** In the network's order. */
  readonly weights: Map<string, Float32Array>;
  readonly history: readonly EpochFigures[];
  /** The validation results of these weights. */
  readonly validation: Figures;
  /** The best epoch by early stopping's measure, from 1; null without early stopping. */
  readonly bestEpoch: number | null;
  readonly stoppedEarly: boolean;
}

/**
 * Trains a network, from its last checkpoint if there is one: then to the same bits as without the interruption, if the device computes the
 * same bits twice.
 * @throws StageError if the loss stops being a finite number, or averaging would never start; the signal's reason once it is aborted.
 */
export async function train(settings: TrainingSettings, context: TrainingContext): Promise<TrainingResult> {
  checkAveraging(settings.averaging, {
    epochs: settings.epochs,
    batches: Math.ceil(context.data.images / context.data.batchSize),
  });
  const run = new TrainingRun(settings, context);
  try {
    context.onProgram?.(run.mode, run.stepsInCall);
    const saved = await context.checkpoint?.load();
    if (saved) {
      run.restore(saved);
      context.onRestored?.();
    }
    await trainEpochs(run, context);
    run.settleWeights();
    if (run.endsInAverages && context.refresh) await refreshBatchNorm(run, context.refresh, context.signal);
    const { history, bestEpoch, stopping } = run.progress;
    return {
      weights: run.weights(),
      history,
      validation: await evaluateClassifier(run.classifier, context.validation.batches(), context.signal),
      bestEpoch,
      stoppedEarly: stopping.stopped,
    };
  } finally {
    run.dispose();
  }
}

async function trainEpochs(
  run: TrainingRun,
  { data, validation, checkpoint, signal, onStep, onEpoch }: TrainingContext,
): Promise<void> {
  try {
    while (!run.finished) {
      if (run.inEpoch) {
        for await (const batch of data.batches(run.progress.epoch, run.progress.batch)) {
          await setImmediate();
          signal?.throwIfAborted();
          const steps = run.take(batch);
          for (const figures of steps) onStep?.(figures);
          if (steps.length > 0 && checkpoint?.due()) await checkpoint.save(run.state());
        }
      }
      const figures = run.endEpoch(await evaluateClassifier(run.classifier, validation.batches(), signal));
      onEpoch?.(figures);
      await checkpoint?.save(run.state());
    }
  } catch (error) {
    if (signal?.aborted && error === signal.reason) await checkpoint?.save(run.state());
    throw error;
  }
}

/** Recomputes the batch-norm statistics: the mean over the batches of one epoch of views, with equal weights. */
async function refreshBatchNorm(run: TrainingRun, data: TrainingData, signal: AbortSignal | undefined): Promise<void> {
  let index = 0;
  for await (const batch of data.batches(0, 0)) {
    await setImmediate();
    signal?.throwIfAborted();
    run.refreshBatchNorm(batch, index);
    index += 1;
  }
}
