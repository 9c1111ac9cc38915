export type { RowWriter } from './files/row-writer.ts';
export type { Dtype, Tensor, TensorInfo, ValuesOf } from './files/tensor.ts';
export { type NpyFile, openNpy, readNpy } from './npy/read.ts';
export { createNpy, type NpyWriter, writeNpy } from './npy/write.ts';
export { epochOrder } from './order.ts';
export { Stream } from './random/stream.ts';
export { openSafetensors, readSafetensors, type SafetensorsFile } from './safetensors/read.ts';
export { createSafetensors, writeSafetensors } from './safetensors/write.ts';
