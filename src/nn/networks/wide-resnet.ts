import type { Layers } from './layers.ts';
import { defineNetwork, type Network } from './network.ts';

/** Channels of the first convolution, and of each group's blocks per width. */
const stemChannels = 16;
const groupChannels = [16, 32, 64] as const;

/** Convolutions in addition to those of the blocks' branches: the first, and a projection in each group. */
const depthBeside = 1 + groupChannels.length;
/** Convolutions that one more block in each group adds. */
const depthOfBlocks = 2 * groupChannels.length;

/**
 * A wide residual network, WRN-depth-width, for images of 32 pixels (Zagoruyko & Komodakis 2016, table 1), without dropout, as in AugMix
 * (Hendrycks et al. 2020). WRN-40-2 with ten classes: 2,243,546 trained parameters.
 * @param depth 4 more than a multiple of 6.
 */
export function wideResnet({
  imageSize,
  classes,
  depth,
  width,
}: {
  imageSize: number;
  classes: number;
  depth: number;
  width: number;
}): Network {
  const blocks = (depth - depthBeside) / depthOfBlocks;
  if (!Number.isInteger(blocks))
    throw new RangeError(`a wide ResNet of depth ${depth} has ${blocks} blocks in a group`);
  return defineNetwork(`wide-resnet-${depth}-${width}`, imageSize, classes, (layers, images) => {
    const three = { size: 3, padding: 1, bias: false } as const;
    let channels = stemChannels;
    let x = layers.convolution('conv1_conv', layers.rescale(images), { ...three, filters: stemChannels, stride: 1 });
    for (const [group, perWidth] of groupChannels.entries()) {
      for (let block = 0; block < blocks; block += 1) {
        const filters = perWidth * width;
        const stride = group > 0 && block === 0 ? 2 : 1;
        x = wideBlock(layers, `group${group + 1}_block${block + 1}`, x, {
          filters,
          stride,
          project: filters !== channels,
        });
        channels = filters;
      }
    }
    x = layers.relu(layers.batchNorm('post_bn', x));
    return layers.dense('dense', layers.globalAverage(x), classes);
  });
}

/** Batch norm, rectifier and convolution, twice; if channels or size change, the shortcut is a convolution of the first rectifier. */
function wideBlock<Value>(
  layers: Layers<Value>,
  name: string,
  x: Value,
  { filters, stride, project }: { filters: number; stride: number; project: boolean },
): Value {
  const activated = layers.relu(layers.batchNorm(`${name}_preact_bn`, x));
  const convolution = { filters, size: 3, padding: 1, bias: false } as const;
  const branch = layers.normalisedConvolution(`${name}_1_conv`, `${name}_1_bn`, activated, {
    filters,
    size: 3,
    padding: 1,
    stride,
  });
  const shortcut = project
    ? layers.convolution(`${name}_0_conv`, activated, { ...convolution, size: 1, padding: 0, stride })
    : x;
  return layers.residual(
    shortcut,
    layers.convolution(`${name}_2_conv`, layers.relu(branch), { ...convolution, stride: 1 }),
  );
}
