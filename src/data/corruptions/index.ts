export {
  benchmark,
  type CorruptionName,
  corruptionNames,
  extra,
  isCorruptionName,
  type Severity,
  severities,
  tfdsName,
} from './catalogue.ts';
export { type Availability, availability, corrupt } from './corrupt.ts';
export { type FrostOptions, type FrostTextures, frostTextures, frostWheelDigest } from './frost-textures.ts';
export { checkImages, checkLabels, cifar10cFile, imagesPerSeverity, labelsFile, severityRows } from './layout.ts';
export { type ByCorruption, type Mean, meanAtSeverity5, meanOfBenchmark } from './mean.ts';
export { corruptionDraws, type RandomSource } from './random-source.ts';
