import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { hasCode } from '../disk/codes.ts';
import { type SigningKey, signingKeyOf } from '../remote/keys.ts';
import type { CliContext } from './context.ts';

/** The environment variable that holds a private key as text, for machines whose home is new every time. */
export const keyVariable = 'PIPE_SIGNING_KEY';

/** Where this user's private key lies. */
export function keyFile({ environment }: Pick<CliContext, 'environment'>): string {
  const config = environment['XDG_CONFIG_HOME'] || join(environment['HOME'] || homedir(), '.config');
  return join(config, 'pipe', 'signing-key.pem');
}

/** The key that this user signs with: of the environment, else of the file; undefined if there is none. */
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
