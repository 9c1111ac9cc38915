import type { Network } from '../../src/nn/index.ts';
import type { Layers } from '../../src/nn/networks/layers.ts';

/** The biases that are in a value as they are: a constant in each channel. */
type Constants = readonly string[];

/**
 * The weights of a network that training cannot feel. Batch norm takes a constant out of each channel; so a bias whose every way to the
 * loss leads through batch norm first has a gradient of 0, of which float32 leaves nothing but rounding.
 */
export function weightsWithoutGradient(network: Network): ReadonlySet<string> {
  const felt = new Set<string>();
  const feel = (constants: Constants): Constants => {
    for (const bias of constants) felt.add(bias);
    return [];
  };
  const layers: Layers<Constants> = {
    rescale: feel,
    convolution(name, x, { bias = true }) {
      feel(x);
      return bias ? [`${name}/bias`] : [];
    },
    batchNorm: () => [],
    normalisedConvolution: (_name, _batchNorm, x) => feel(x),
    relu: feel,
    // Zeros around an image take part in its maxima: a constant moves the image against them.
    maxPool: (x, { padding }) => (padding > 0 ? feel(x) : x),
    residual: (shortcut, branch) => [...shortcut, ...branch],
    globalAverage: (x) => x,
    dense(name, x) {
      feel(x);
      return [`${name}/bias`];
    },
  };
  feel(network.forward(layers, []));
  const biases = network.weights.filter(({ role }) => role === 'bias').map(({ name }) => name);
  return new Set(biases.filter((name) => !felt.has(name)));
}
