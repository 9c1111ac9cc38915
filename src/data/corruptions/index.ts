export type { CorruptionName, Severity } from './catalogue.ts';
export { corrupt } from './corrupt.ts';
export { type FrostTextures, fetchFrostWheel, frostTextures, frostWheelDigest } from './frost-textures.ts';
export { checkImages, checkLabels, cifar10cFile, labelsFile, severityRows } from './layout.ts';
export { corruptionDraws } from './random-source.ts';
