/** The amount of work of each part. */
export interface Sizes {
  /** Images of a batch in steps and inference. */
  readonly batch: number;
  readonly warmUp: number;
  /** Steps of a turn. */
  readonly steps: number;
  readonly rounds: number;
  /** Overlays and settings that make the pipelines smaller. */
  readonly recipe: readonly string[];
  readonly quick: readonly string[];
  readonly evidence: readonly string[];
  /** Steps of trainings that are compared with the same ones compiled by XLA. */
  readonly compared: readonly number[];
  /** Trainings of the evidence that share the device. */
  readonly sideBySide: number;
}

const overlay = (name: string) => ['--overlay', `pipelines/overlays/${name}.yaml`];
const set = (...values: string[]) => values.flatMap((value) => ['--set', value]);

/** The recipe as it is. */
export const full: Sizes = {
  batch: 128,
  warmUp: 10,
  steps: 10,
  rounds: 10,
  recipe: [],
  quick: overlay('quick'),
  evidence: [],
  compared: [1, 2, 3, 50, 400],
  sideBySide: 5,
};

const little = set('params.epochs=1', 'params.corruptions.images=4', 'stages.data.with.trainImages=700');

/** The same code in a minute or two on a CPU. */
export const tiny: Sizes = {
  batch: 4,
  warmUp: 0,
  steps: 1,
  rounds: 2,
  recipe: [...overlay('quick'), ...little, ...set('params.teacher.averaging.start=0')],
  quick: [...overlay('quick'), ...little, ...set('params.teacher.averaging.start=0')],
  evidence: set(
    'params.network.channels.0=4',
    'params.network.channels.1=4',
    'params.network.channels.2=4',
    'params.network.channels.3=4',
    'params.epochs=1',
    'params.images.train=600',
    'params.images.corrupted=2',
    'stages.teacher.with.averaging.start=0',
  ),
  compared: [1, 2],
  sideBySide: 2,
};
