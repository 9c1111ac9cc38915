import type { Layers } from './layers.ts';
import { defineNetwork, type Network } from './network.ts';

/** Blocks, bottleneck width and last stride of each stack (He et al. 2016b, table 1 of He et al. 2016a). */
const stacks = [
  { name: 'conv2', blocks: 3, filters: 64, stride: 2 },
  { name: 'conv3', blocks: 4, filters: 128, stride: 2 },
  { name: 'conv4', blocks: 6, filters: 256, stride: 2 },
  { name: 'conv5', blocks: 3, filters: 512, stride: 1 },
] as const;

/** The ratio of a bottleneck's output channels to its middle channels. */
const expansion = 4;

/**
 * ResNet50V2 as in keras.applications without its top, after a rescaling to -1..1, with global average pooling and a dense layer of logits.
 * With ten classes: 23,585,290 parameters in 272 tensors.
 */
export function resnet50v2({ imageSize, classes }: { imageSize: number; classes: number }): Network {
  return defineNetwork('resnet50v2', imageSize, classes, (layers, images) => {
    let x = layers.rescale(images);
    x = layers.convolution('conv1_conv', x, { filters: 64, size: 7, stride: 2, padding: 3 });
    x = layers.maxPool(x, { size: 3, stride: 2, padding: 1 });
    for (const { name, blocks, filters, stride } of stacks) {
      for (let block = 1; block <= blocks; block += 1) {
        x = bottleneck(layers, `${name}_block${block}`, x, {
          filters,
          stride: block === blocks ? stride : 1,
          widen: block === 1,
        });
      }
    }
    x = layers.relu(layers.batchNorm('post_bn', x));
    return layers.dense('dense', layers.globalAverage(x), classes);
  });
}

/**
 * A pre-activation bottleneck (He et al. 2016b, figure 1b). The projection comes after the first two convolutions, like its weights in
 * Keras.
 */
function bottleneck<Value>(
  layers: Layers<Value>,
  name: string,
  x: Value,
  { filters, stride, widen }: { filters: number; stride: number; widen: boolean },
): Value {
  const activated = layers.relu(layers.batchNorm(`${name}_preact_bn`, x));
  const pointwise = { size: 1, stride: 1, padding: 0 };
  let branch = layers.normalisedConvolution(`${name}_1_conv`, `${name}_1_bn`, activated, { filters, ...pointwise });
  branch = layers.normalisedConvolution(`${name}_2_conv`, `${name}_2_bn`, layers.relu(branch), {
    filters,
    size: 3,
    stride,
    padding: 1,
  });
  branch = layers.relu(branch);
  const wide = { filters: expansion * filters, ...pointwise };
  let shortcut = x;
  if (widen) shortcut = layers.convolution(`${name}_0_conv`, activated, wide);
  else if (stride > 1) shortcut = layers.maxPool(x, { size: 1, stride, padding: 0 });
  return layers.residual(shortcut, layers.convolution(`${name}_3_conv`, branch, wide));
}
