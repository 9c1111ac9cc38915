import { basename, resolve } from 'node:path';
import { drawInitialWeights } from '../../nn/index.ts';
import type { BuiltInProgram } from '../define.ts';
import { readWeights, writeWeights } from '../files/weights-file.ts';
import type { Services } from '../services.ts';
import { buildNetwork } from '../settings/networks.ts';
import type { InitialWeightsContext } from './config.ts';

/** Draws the weights, each tensor from a separate random stream, or loads them from a file. */
export function program({ directory }: Pick<Services, 'directory'>): BuiltInProgram<InitialWeightsContext> {
  return {
    async run({ config: { network: settings, seed, draw, file }, outputs }) {
      const network = buildNetwork(settings);
      const weights =
        file === undefined
          ? drawInitialWeights(network, seed, draw)
          : await readWeights(resolve(directory, file), network);
      await writeWeights(outputs['weights'], network, weights);
      const parameters = [...weights.values()].reduce((sum, values) => sum + values.length, 0);
      return { metrics: { network: network.name, parameters, ...(file !== undefined && { from: basename(file) }) } };
    },
  };
}
