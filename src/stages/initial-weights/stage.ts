import type { StageProgram } from '../../engine/definition.ts';
import { initialWeights } from '../../nn/index.ts';
import { writeWeights } from '../files/weights-file.ts';
import { buildNetwork } from '../settings/build-network.ts';
import type { InitialWeightsConfig } from './config.ts';

/** Draws the weights, each tensor from a random stream of its own. */
export const program: StageProgram<InitialWeightsConfig> = {
  async run({ config, outputs }) {
    const network = buildNetwork(config.network);
    const weights = initialWeights(network, config.seed);
    await writeWeights(outputs['weights'] as string, network, weights);
    const parameters = [...weights.values()].reduce((sum, values) => sum + values.length, 0);
    return { metrics: { network: network.name, parameters } };
  },
};
