import { statSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Source, World } from '../../engine/definition.ts';
import { issueOf } from '../files/issue-of.ts';
import { checkWeightsFile } from '../files/weights-file.ts';
import { buildNetwork } from '../settings/networks.ts';
import type { InitialWeightsConfig } from './config.ts';

/** The source of weights: a file, whose tensors must fit the network, or only a random stream. */
export function sourceOf({ file, network }: InitialWeightsConfig, world: World): Source {
  if (file === undefined) return { facts: async () => ({}) };
  const path = resolve(world.directory, file);
  return {
    /** `check` reports a file that does not exist. */
    async facts() {
      const isThere = statSync(path, { throwIfNoEntry: false })?.isFile() ?? false;
      return { file: isThere ? await world.digest(path) : 'absent' };
    },
    check: () => issueOf(['file'], () => checkWeightsFile(path, buildNetwork(network))),
  };
}
