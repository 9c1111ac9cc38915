import { classes } from '../../data/index.ts';
import { type Network, resnet, resnet50v2 } from '../../nn/index.ts';
import type { NetworkSettings } from './network.ts';

/** The network that settings describe, checked by `checkNetwork`. */
export function buildNetwork({ kind, imageSize, channels = [] }: NetworkSettings): Network {
  return kind === 'resnet50v2' ? resnet50v2({ imageSize, classes }) : resnet({ imageSize, classes, channels });
}
