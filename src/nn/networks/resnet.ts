import type { Layers } from './layers.ts';
import { defineNetwork, type Network } from './network.ts';

/**
 * A small pre-activation ResNet of two-convolution blocks (He et al. 2016b) for images of about 32 pixels.
 * @param channels of the first convolution, then of each block; where they grow, the image size is halved.
 */
export function resnet({
  imageSize,
  classes,
  channels,
}: {
  imageSize: number;
  classes: number;
  channels: readonly number[];
}): Network {
  const [stem, ...blocks] = channels;
  if (stem === undefined) throw new RangeError('a resnet needs the channels of its first convolution');
  return defineNetwork('resnet', imageSize, classes, (layers, images) => {
    let width = stem;
    let x = layers.convolution('conv1_conv', layers.rescale(images), { filters: stem, size: 3, stride: 1, padding: 1 });
    for (const [index, filters] of blocks.entries()) {
      x = basicBlock(layers, `block${index + 1}`, x, {
        filters,
        stride: filters > width ? 2 : 1,
        project: filters !== width,
      });
      width = filters;
    }
    x = layers.relu(layers.batchNorm('post_bn', x));
    return layers.dense('dense', layers.globalAverage(x), classes);
  });
}

function basicBlock<Value>(
  layers: Layers<Value>,
  name: string,
  x: Value,
  { filters, stride, project }: { filters: number; stride: number; project: boolean },
): Value {
  const activated = layers.relu(layers.batchNorm(`${name}_preact_bn`, x));
  const branch = layers.normalisedConvolution(`${name}_1_conv`, `${name}_1_bn`, activated, {
    filters,
    size: 3,
    stride,
    padding: 1,
  });
  const shortcut = project
    ? layers.convolution(`${name}_0_conv`, activated, { filters, size: 1, stride, padding: 0 })
    : x;
  const out = layers.convolution(`${name}_2_conv`, layers.relu(branch), { filters, size: 3, stride: 1, padding: 1 });
  return layers.residual(shortcut, out);
}
