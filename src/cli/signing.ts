import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { hasCode } from '../disk/codes.ts';
import { type SigningKey, signingKeyOf } from '../remote/keys.ts';
import type { CliContext } from './context.ts';

/** The environment variable that contains a private key as text, for machines whose home directory is new every time. */
export const keyVariable = 'PIPE_SIGNING_KEY';

/** The path of this user's private key. */
export function keyFile({ environment }: Pick<CliContext, 'environment'>): string {
  const config = environment['XDG_CONFIG_HOME'] || join(environment['HOME'] || homedir(), '.config');
  return join(config, 'pipe', 'signing-key.pem');
}

/** The signing key of this user: from the environment, otherwise from the file; undefined if there is none. */
export function ownKey(context: Pick<CliContext, 'environment'>): SigningKey | undefined {
  const given = context.environment[keyVariable];
  if (given) return signingKeyOf(given, keyVariable);
  const file = keyFile(context);
  try {
    return signingKeyOf(readFileSync(file, 'utf8'), file);
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return undefined;
    throw error;
  }
}
