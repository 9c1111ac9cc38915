import { type Backend, joined, partOf, type TensorProgram, type Values } from '../../compute/index.ts';
import { Stream } from '../../data/index.ts';
import { StageError } from '../../problem/errors.ts';
import { type Batch, batchForms, type EvaluationData, type TrainingData } from '../batch.ts';
import { type Classifier, programClassifier } from '../classifier.ts';
import { countCorrect } from '../evaluate.ts';
import type { Weights } from '../networks/weight.ts';
import { decayFactor } from '../schedules/decay.ts';
import { restoresBest, stopEarly } from '../schedules/early-stopping.ts';
import type { Figures } from '../schedules/monitor.ts';
import { reduceOnPlateau } from '../schedules/reduce-on-plateau.ts';
import { initialAdam } from './adam.ts';
import { type AveragingMoment, averagingRate, averagingVariable } from './averaging.ts';
import { trainingFunctions, trainingProgram, trainingVariables } from './program.ts';
import {
  type EpochFigures,
  noTotals,
  type StepFigures,
  startProgress,
  type TrainingProgress,
  type TrainingState,
} from './progress.ts';
import type { TrainingSettings } from './settings.ts';
import { drawBranchScales } from './stochastic-depth.ts';

const bestPrefix = 'best/';

/** What a run is made for. */
export interface RunContext {
  readonly backend: Backend;
  readonly initial: Weights;
  readonly data: TrainingData;
  readonly refresh: TrainingData | undefined;
  readonly validation: EvaluationData;
}

/** A training run between two of its steps: the variables of a program, and the position. */
export class TrainingRun {
  /** The network with the current weights. */
  readonly classifier: Classifier;
  readonly #settings: TrainingSettings;
  readonly #program: TensorProgram;
  /** Batches in an epoch. */
  readonly #batches: number;
  readonly #fullBatches: number;
  readonly #stepsInCall: number;
  /** Batches for the next call, as copies: a loader uses its arrays again. */
  #waiting: Batch[] = [];
  #progress: TrainingProgress;
  #best: Map<string, Float32Array> | undefined;

  constructor(settings: TrainingSettings, { backend, initial, data, refresh, validation }: RunContext) {
    this.#settings = settings;
    this.#batches = Math.ceil(data.images / data.batchSize);
    this.#fullBatches = Math.floor(data.images / data.batchSize);
    const { xlaSteps = 1 } = backend;
    this.#stepsInCall = xlaSteps > this.#fullBatches ? 1 : xlaSteps;
    this.#progress = startProgress(settings.optimizer.learningRate);
    const evaluation = { size: validation.batchSize, pixels: validation.pixels };
    this.#program = backend.compile(
      trainingProgram(backend, settings, {
        steps: batchForms(data),
        stepsInCall: this.#stepsInCall,
        refresh: refresh ? batchForms(refresh) : [],
        evaluation,
      }),
    );
    this.#program.write(initial);
    this.#program.write(initialAdam(settings.optimizer));
    if (settings.averaging.kind !== 'none') {
      this.#program.write(new Map(this.#trainable.map((name) => [averagingVariable(name), initial.get(name)!])));
    }
    this.classifier = programClassifier(this.#program, trainingFunctions.logits, settings.network, evaluation);
  }

  /** How steps are computed. */
  get mode(): TensorProgram['mode'] {
    return this.#program.mode;
  }

  /** The most steps that one call runs: 1 if an epoch has fewer than were requested. */
  get stepsInCall(): number {
    return this.#stepsInCall;
  }

  get progress(): TrainingProgress {
    return this.#progress;
  }

  /** Whether the current epoch has batches left. */
  get inEpoch(): boolean {
    return this.#progress.batch < this.#batches;
  }

  /** Whether all epochs are done, or training stopped early. */
  get finished(): boolean {
    return this.#progress.stopping.stopped || this.#progress.epoch >= this.#settings.epochs;
  }

  /** Whether the final weights are averages, without batch-norm statistics of their own. */
  get endsInAverages(): boolean {
    return this.#settings.averaging.kind !== 'none' && this.#settings.assignAverages;
  }

  /**
   * Trains on the next batch, or keeps it until there are as many as one call trains on.
   * @returns the steps taken. @throws StageError if a loss is not a finite number.
   */
  take(batch: Batch): readonly StepFigures[] {
    const steps = this.#stepsNow();
    if (steps === 1) return [this.step(batch)];
    this.#waiting.push({ ...batch, images: batch.images.slice() });
    if (this.#waiting.length < steps) return [];
    const batches = this.#waiting;
    this.#waiting = [];
    const inputs = batches.map((each, ahead) => this.#inputs(each, ahead));
    const outputs = this.#program.run(trainingFunctions.steps(batch.size), together(inputs));
    return batches.map((each, at) => {
      const part = (values: Float32Array = new Float32Array()) => partOf(values, at, batches.length);
      return this.#finish(each, part(outputs['loss']), part(outputs['logits']));
    });
  }

  /** Trains on the next batch. @throws StageError if the loss is not a finite number. */
  step(batch: Batch): StepFigures {
    const outputs = this.#program.run(trainingFunctions.step(batch.size), this.#inputs(batch, 0));
    return this.#finish(batch, outputs['loss'], outputs['logits']);
  }

  /** Steps that the next call runs: several where their batches are full and no weights are averaged in between. */
  #stepsNow(): number {
    const { epoch, batch } = this.#progress;
    if (batch + this.#stepsInCall > this.#fullBatches) return 1;
    for (let ahead = 0; ahead < this.#stepsInCall - 1; ahead += 1) {
      const step = epoch * this.#batches + batch + ahead;
      if (averagingRate(this.#settings.averaging, { step }) > 0) return 1;
    }
    return this.#stepsInCall;
  }

  /** What a step takes. @param ahead how many steps come before it. */
  #inputs(batch: Batch, ahead: number): Readonly<Record<string, Values>> {
    const { epoch, batch: done } = this.#progress;
    const { network, objective, stochasticDepth, seed } = this.#settings;
    return {
      images: batch.images,
      labels: Int32Array.from(batch.labels),
      rate: Float32Array.of(this.#learningRate(ahead)),
      ...(objective.kind === 'distillation' && { teacherLogits: batch.teacherLogits ?? missingTeacher() }),
      ...(stochasticDepth > 0 && {
        branchScales: drawBranchScales(
          network.blocks,
          stochasticDepth,
          new Stream(seed, 'stochastic depth', epoch, done + ahead),
        ),
      }),
    };
  }

  /** Notes what the next step found. */
  #finish(
    batch: Batch,
    [loss = Number.NaN]: Float32Array = new Float32Array(),
    logits: Float32Array = new Float32Array(),
  ): StepFigures {
    const { epoch, batch: index, totals } = this.#progress;
    const learningRate = this.#learningRate(0);
    if (!Number.isFinite(loss)) throw diverged(loss, `step ${index + 1} of epoch ${epoch + 1}`);
    const labels = Int32Array.from(batch.labels);
    const labelled = labels.reduce((count, label) => count + (label >= 0 ? 1 : 0), 0);
    const correct = countCorrect(logits, labels, this.#settings.network.classes);
    this.#progress = {
      ...this.#progress,
      batch: index + 1,
      totals: {
        images: totals.images + batch.size,
        labelled: totals.labelled + labelled,
        correct: totals.correct + correct,
        loss: totals.loss + loss * batch.size,
      },
    };
    this.#average({ step: epoch * this.#batches + index });
    return {
      epoch: epoch + 1,
      batch: index + 1,
      batches: this.#batches,
      size: batch.size,
      loss,
      accuracy: correct / labelled,
      learningRate,
    };
  }

  /** Ends the current epoch with its validation results. @throws StageError if the validation loss is not a finite number. */
  endEpoch(validation: Figures): EpochFigures {
    const { reduceLearningRate, earlyStopping, optimizer } = this.#settings;
    const { epoch, totals, history, plateau, stopping } = this.#progress;
    if (!Number.isFinite(validation.loss)) throw diverged(validation.loss, `the validation of epoch ${epoch + 1}`);
    this.#average({ epoch });
    const figures: EpochFigures = {
      epoch: epoch + 1,
      loss: totals.loss / totals.images,
      accuracy: totals.correct / totals.labelled,
      val_loss: validation.loss,
      val_accuracy: validation.accuracy,
      learning_rate: plateau.rate * decayFactor(optimizer.decay, epoch / this.#settings.epochs),
    };
    const next = earlyStopping ? stopEarly(earlyStopping, stopping, validation) : { state: stopping, improved: false };
    if (next.improved && earlyStopping?.restore !== 'never') this.#best = this.weights();
    this.#progress = {
      epoch: epoch + 1,
      batch: 0,
      totals: noTotals,
      plateau: reduceLearningRate ? reduceOnPlateau(reduceLearningRate, plateau, validation) : plateau,
      stopping: next.state,
      history: [...history, figures],
      bestEpoch: next.improved ? epoch + 1 : this.#progress.bestEpoch,
    };
    return figures;
  }

  /** Restores the best weights if early stopping requires it, then replaces the weights by their averages. */
  settleWeights(): void {
    const { earlyStopping } = this.#settings;
    if (this.#best && earlyStopping && restoresBest(earlyStopping, this.#progress.stopping))
      this.#program.write(this.#best);
    if (!this.endsInAverages) return;
    const averages = this.#program.read(this.#trainable.map(averagingVariable));
    this.#program.write(new Map(this.#trainable.map((name) => [name, averages.get(averagingVariable(name))!])));
  }

  /** Adds the batch-norm statistics of one more batch to their mean. @param index of the batch, from 0; the first one resets the mean. */
  refreshBatchNorm(batch: Batch, index: number): void {
    this.#program.run(trainingFunctions.refresh(batch.size), {
      images: batch.images,
      rate: Float32Array.of(1 / (index + 1)),
    });
  }

  /** The current weights, in the network's order. */
  weights(): Map<string, Float32Array> {
    return this.#program.read(this.#settings.network.weights.map(({ name }) => name));
  }

  /** All that `restore` needs. */
  state(): TrainingState {
    const variables = trainingVariables(this.#settings).map(({ name }) => name);
    const best = [...(this.#best ?? [])].map(([name, values]) => [bestPrefix + name, values] as const);
    return { progress: this.#progress, tensors: new Map([...this.#program.read(variables), ...best]) };
  }

  /** Returns to a state from `state`. */
  restore({ progress, tensors }: TrainingState): void {
    const isBest = ([name]: readonly [string, Float32Array]) => name.startsWith(bestPrefix);
    const best = [...tensors].filter(isBest).map(([name, values]) => [name.slice(bestPrefix.length), values] as const);
    this.#program.write(new Map([...tensors].filter((entry) => !isBest(entry))));
    this.#best = best.length > 0 ? new Map(best) : undefined;
    this.#progress = progress;
  }

  /** Frees the program. */
  dispose(): void {
    this.#program.dispose();
  }

  get #trainable(): string[] {
    return this.#settings.network.weights.filter(({ trainable }) => trainable).map(({ name }) => name);
  }

  /** @param ahead how many steps come before the one that has this rate. */
  #learningRate(ahead: number): number {
    const { epoch, batch, plateau } = this.#progress;
    const done = (epoch + (batch + ahead) / this.#batches) / this.#settings.epochs;
    return plateau.rate * decayFactor(this.#settings.optimizer.decay, done);
  }

  #average(moment: AveragingMoment): void {
    const rate = averagingRate(this.#settings.averaging, moment);
    if (rate > 0) this.#program.run(trainingFunctions.average, { rate: Float32Array.of(rate) });
  }
}

/** The inputs of several steps as those of one call. */
function together(steps: readonly Readonly<Record<string, Values>>[]): Readonly<Record<string, Values>> {
  const names = Object.keys(steps[0] ?? {});
  return Object.fromEntries(names.map((name) => [name, joined(steps.map((each) => each[name]!))]));
}

function diverged(loss: number, where: string): StageError {
  return new StageError(`training diverged: the loss is ${loss} at ${where}`, {
    hint: 'lower the learning rate, or look for pixels or logits that are not numbers',
  });
}

function missingTeacher(): never {
  throw new StageError('distillation needs the logits of a teacher with every batch');
}
