import { statSync } from 'node:fs';
import { resolve } from 'node:path';
import type { World } from '../../engine/definition.ts';
import type { JsonObject } from '../../json/json.ts';
import type { ConfigIssue } from '../../schema/kind.ts';
import { issueOf } from '../files/issue-of.ts';
import { checkWeightsFile } from '../files/weights-file.ts';
import { buildNetwork } from '../settings/networks.ts';
import type { InitialWeightsConfig } from './config.ts';

/** The digest of the file of weights, where one is given; a file that is not there is `examineFile`'s to report. */
export async function observeFile({ file }: InitialWeightsConfig, world: World): Promise<JsonObject> {
  if (file === undefined) return {};
  const path = resolve(world.directory, file);
  const isThere = statSync(path, { throwIfNoEntry: false })?.isFile() ?? false;
  return { file: isThere ? await world.digest(path) : 'absent' };
}

/** Holds the names, shapes and dtypes of the file's tensors to the network's. */
export async function examineFile(config: InitialWeightsConfig, world: World): Promise<readonly ConfigIssue[]> {
  const { file, network } = config;
  if (file === undefined) return [];
  return issueOf(['file'], () => checkWeightsFile(resolve(world.directory, file), buildNetwork(network)));
}
