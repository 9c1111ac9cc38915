export { cifar10Archive, fetchCifar10 } from './cifar10/archive.ts';
export {
  type Cifar10,
  classes,
  classNames,
  holdOut,
  imageBytes,
  imageSide,
  type SplitCounts,
} from './cifar10/dataset.ts';
export { type Cifar10Folder, findCifar10, readCifar10 } from './cifar10/folder.ts';
export * from './corruptions/index.ts';
export type { Tensor } from './files/tensor.ts';
export { openNpy } from './npy/read.ts';
export { createNpy, type NpyWriter, writeNpy } from './npy/write.ts';
export { epochOrder } from './order.ts';
export { operationNames, randAugmentOperations } from './randaugment/operations.ts';
export { Stream } from './random/stream.ts';
export { differingTensors } from './safetensors/compare.ts';
export { openSafetensors, readSafetensors, type SafetensorsFile } from './safetensors/read.ts';
export { createSafetensors, writeSafetensors } from './safetensors/write.ts';
export { syntheticDataset, syntheticVersion } from './synthetic/dataset.ts';
export type { BatchRequest } from './views/batch.ts';
export { openViewLoader } from './views/loader.ts';
export { type ViewKind, type ViewSpec, viewDtype } from './views/view-spec.ts';
export { prepareViews } from './views/views.ts';
