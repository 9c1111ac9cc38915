import type { Convolution, Forward, Layers, Pooling } from './layers.ts';
import type { WeightRole, WeightSpec } from './weight.ts';

/** The shape of a value, for one image: [H, W, C] or [C]. */
type Shape = readonly number[];

const colours = 3;

/** The structure of a forward computation, found by following shapes through it. */
export function describeForward(
  forward: Forward,
  imageSize: number,
): { weights: readonly WeightSpec[]; blocks: number; normalised: ReadonlyMap<string, string> } {
  const weights: WeightSpec[] = [];
  const normalised = new Map<string, string>();
  let blocks = 0;

  const declare = (layer: string, role: WeightRole, shape: Shape) =>
    weights.push({
      name: `${layer}/${role}`,
      shape,
      role,
      trainable: role !== 'moving_mean' && role !== 'moving_variance',
    });

  const convolve = (name: string, x: Shape, { filters, size, stride, padding }: Convolution): Shape => {
    declare(name, 'kernel', [size, size, channels(x), filters]);
    return [...windows(x, { size, stride, padding }), filters];
  };

  const layers: Layers<Shape> = {
    rescale: (x) => x,
    convolution(name, x, options) {
      const y = convolve(name, x, options);
      if (options.bias ?? true) declare(name, 'bias', [options.filters]);
      return y;
    },
    batchNorm(name, x) {
      for (const role of ['gamma', 'beta', 'moving_mean', 'moving_variance'] as const) {
        declare(name, role, [channels(x)]);
      }
      return x;
    },
    normalisedConvolution(name, batchNormName, x, options) {
      normalised.set(name, batchNormName);
      return layers.batchNorm(batchNormName, convolve(name, x, options));
    },
    relu: (x) => x,
    maxPool: (x, options) => [...windows(x, options), channels(x)],
    residual(shortcut) {
      blocks += 1;
      return shortcut;
    },
    globalAverage: (x) => [channels(x)],
    dense(name, x, units) {
      declare(name, 'kernel', [channels(x), units]);
      declare(name, 'bias', [units]);
      return [units];
    },
  };
  forward(layers, [imageSize, imageSize, colours]);
  return { weights, blocks, normalised };
}

function channels(shape: Shape): number {
  return shape.at(-1) ?? 0;
}

/** Height and width after windows, without partial windows at the end. */
function windows(x: Shape, { size, stride, padding }: Pooling): Shape {
  return x.slice(0, 2).map((side) => Math.floor((side + 2 * padding - size) / stride) + 1);
}
