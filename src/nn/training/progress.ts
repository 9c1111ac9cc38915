import { type StoppingState, startStopping } from '../schedules/early-stopping.ts';
import { type PlateauState, startPlateau } from '../schedules/reduce-on-plateau.ts';

/** The numbers of one epoch, with the names of Keras's history; accuracies are shares of labelled images, losses are means over all. */
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

/** The results of a step. */
export interface StepFigures {
  /** The current epoch and batch, from 1. */
  readonly epoch: number;
  readonly batch: number;
  readonly batches: number;
  readonly size: number;
  readonly loss: number;
  /** Share of the batch's labelled images with a correct prediction in training mode; NaN if none has a label. */
  readonly accuracy: number;
  readonly learningRate: number;
}

/** Sums over the batches of an epoch so far. */
export interface Totals {
  readonly images: number;
  readonly labelled: number;
  readonly correct: number;
  /** Sum of the batches' losses, each times its size. */
  readonly loss: number;
}

/** The position of a run, in addition to the values of its variables; plain JSON. */
export interface TrainingProgress {
  /** The current epoch and its next batch, both from 0; `batch` is the number of batches if only validation is left. */
  readonly epoch: number;
  readonly batch: number;
  readonly totals: Totals;
  readonly plateau: PlateauState;
  readonly stopping: StoppingState;
  readonly history: readonly EpochFigures[];
  /** The epoch, from 1, whose weights early stopping would restore. */
  readonly bestEpoch: number | null;
}

/** Before the first batch of an epoch. */
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

/** Everything that a run needs to continue as if it had never stopped. */
export interface TrainingState {
  readonly progress: TrainingProgress;
  /** The program's variables by name, and `best/<weight>` if early stopping keeps the best weights. */
  readonly tensors: ReadonlyMap<string, Float32Array>;
}

/** Where the state of a run is stored. */
export interface Checkpoint {
  /** The last state saved; undefined if there is none. */
  load(): Promise<TrainingState | undefined>;
  /** Whether it is time to save; called after every step. */
  due(): boolean;
  /** Resolves when the state would survive a crash. */
  save(state: TrainingState): Promise<void>;
}
