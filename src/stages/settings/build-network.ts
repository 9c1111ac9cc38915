import { classes } from '../../data/index.ts';
import { type Network, resnet, resnet50v2 } from '../../nn/index.ts';
import { StageError } from '../../problem/errors.ts';
import type { NetworkSettings } from './network.ts';

/** The network that settings describe. */
export function buildNetwork({ kind, imageSize, channels }: NetworkSettings): Network {
  if (kind === 'resnet50v2') return resnet50v2({ imageSize, classes });
  if (!channels) {
    throw new StageError('the network `resnet` needs `channels`', {
      hint: 'e.g. channels: [16, 16, 32, 64], the first convolution and one number per block',
    });
  }
  return resnet({ imageSize, classes, channels });
}
