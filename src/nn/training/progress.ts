import { type StoppingState, startStopping } from '../schedules/early-stopping.ts';
import { type PlateauState, startPlateau } from '../schedules/reduce-on-plateau.ts';

/** One epoch in numbers, named as in Keras's history; accuracies are shares of labelled images, losses means over all. */
export interface EpochFigures {
  /** From 1. */
  readonly epoch: number;
  readonly loss: number;
  readonly accuracy: number;
  readonly val_loss: number;
  readonly val_accuracy: number;
  /** At the epoch's first step. */
  readonly learning_rate: number;
}

/** What a step found. */
export interface StepFigures {
  /** The epoch and the batch just done, from 1. */
  readonly epoch: number;
  readonly batch: number;
  readonly batches: number;
  readonly size: number;
  readonly loss: number;
  /** Share of the batch's labelled images that the pass in training mode got right; NaN if none has a label. */
  readonly accuracy: number;
  readonly learningRate: number;
}

/** Sums over the batches of an epoch so far. */
export interface Totals {
  readonly images: number;
  readonly labelled: number;
  readonly correct: number;
  /** Of the batches' losses, each times its size. */
  readonly loss: number;
}

/** Where a run is, beside the values of its variables; plain JSON. */
export interface TrainingProgress {
  /** The epoch under way and its next batch, both from 0; `batch` is the number of batches where only validation is left. */
  readonly epoch: number;
  readonly batch: number;
  readonly totals: Totals;
  readonly plateau: PlateauState;
  readonly stopping: StoppingState;
  readonly history: readonly EpochFigures[];
  /** The epoch, from 1, whose weights early stopping would restore. */
  readonly bestEpoch: number | null;
}

/** Before anything was done in an epoch. */
export const noTotals: Totals = { images: 0, labelled: 0, correct: 0, loss: 0 };

/** Before the first step. */
export function startProgress(learningRate: number): TrainingProgress {
  return {
    epoch: 0,
    batch: 0,
    totals: noTotals,
    plateau: startPlateau(learningRate),
    stopping: startStopping,
    history: [],
    bestEpoch: null,
  };
}

/** Everything a run needs to go on as if it had never stopped. */
export interface TrainingState {
  readonly progress: TrainingProgress;
  /** The program's variables by name, and `best/<weight>` where early stopping keeps the best weights. */
  readonly tensors: ReadonlyMap<string, Float32Array>;
}

/** Where a run's state outlives the run. */
export interface Checkpoint {
  /** The last state saved; undefined if there is none. */
  load(): Promise<TrainingState | undefined>;
  /** Whether it is time to save, asked after every step. */
  due(): boolean;
  /** Resolves when the state would survive a crash. */
  save(state: TrainingState): Promise<void>;
}
