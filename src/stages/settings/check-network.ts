import type { JsonObject } from '../../json/json.ts';
import type { ConfigIssue } from '../../schema/kind.ts';
import type { NetworkSettings } from './network.ts';

/** Rules between the settings of a network. */
export function checkNetwork(config: JsonObject): readonly ConfigIssue[] {
  const { kind, channels } = config['network'] as unknown as NetworkSettings;
  if (kind === 'resnet' && !channels) {
    return [
      {
        path: ['network'],
        message: 'the network `resnet` needs `channels`',
        hint: 'e.g. channels: [16, 16, 32, 64], the first convolution and one number per block',
      },
    ];
  }
  return [];
}
