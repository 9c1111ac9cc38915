export { type CorruptionJob, openCorruptions } from './batches.ts';
export type { CorruptionName, Severity } from './catalogue.ts';
export { type FrostTextures, fetchFrostWheel, frostTextures, frostWheelDigest } from './frost-textures.ts';
export { checkImages, checkLabels, cifar10cFile, labelsFile, severityRows } from './layout.ts';
