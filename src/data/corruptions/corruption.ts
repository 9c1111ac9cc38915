import type { Severity } from './catalogue.ts';
import type { RandomSource } from './random-source.ts';

/** Height and width of the images that the parameters of CIFAR-10-C are made for. */
export const side = 32;

/** Red, green, blue. */
export const channels = 3;

/** A corruption: bytes [32, 32, 3] in, bytes of the same shape out, a pure function of its arguments and its draws. */
export type Corruption = (image: Uint8Array, severity: Severity, random: RandomSource) => Uint8Array;

/** A parameter of a corruption, for each severity. */
export type BySeverity<T> = Readonly<Record<Severity, T>>;
