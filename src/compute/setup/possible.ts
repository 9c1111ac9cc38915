import { EnvironmentError } from '../../problem/errors.ts';
import type { Environment } from '../location.ts';
import { findCompiler } from './addon.ts';
import { currentPlatform } from './platform.ts';
import { wheelsFor } from './wheels.ts';

/** Why native TensorFlow cannot be set up on this machine; undefined if there is no obstacle before the network is used. */
export function whyImpossible(environment: Environment): EnvironmentError | undefined {
  try {
    wheelsFor('cpu', currentPlatform());
    findCompiler(environment);
    return undefined;
  } catch (error) {
    if (error instanceof EnvironmentError) return error;
    throw error;
  }
}
