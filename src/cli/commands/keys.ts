import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { userInfo } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { parseDocument } from 'yaml';
import { hasCode, isSystemError } from '../../disk/codes.ts';
import { writeDurably } from '../../disk/durable.ts';
import { makeFolder } from '../../disk/folders.ts';
import { ConfigurationError, EnvironmentError } from '../../problem/errors.ts';
import { newPrivateKey, publicKeyOf, publicText, signingKeyOf } from '../../remote/keys.ts';
import { readProject } from '../../schema/index.ts';
import type { CliCommand } from '../command.ts';
import type { CliContext } from '../context.ts';
import { jsonText } from '../display.ts';
import { exitCodes } from '../exit-codes.ts';
import { addActions } from '../options.ts';
import { openProject, type ProjectContext, projectFile } from '../project.ts';
import { keyFile, keyVariable, ownKey } from '../signing.ts';

const actions = {
  new: 'make the key of this user, and print the public key',
  trust: 'add a public key to pipe.project.yaml',
  list: 'list the keys of this user and of the project',
};

interface KeysOptions {
  readonly json: boolean;
}

export const command: CliCommand = {
  declare: (command) =>
    addActions(command, actions)
      .description('make the key that signs shared results, and manage trusted keys')
      .argument('[name]', 'trust: the name of the owner of the key')
      .argument('[key]', 'trust: the public key, as `pipe keys list` prints it')
      .option('--json', 'print one JSON object to standard output', false)
      .addHelpText(
        'after',
        `
Examples:
  pipe keys new                                 make the key of this user, once; print the public key
  pipe keys trust ci ed25519:MCowBQYDK2Vw…      add a public key to pipe.project.yaml
  pipe keys list                                list the key of this user, and the keys that the project trusts

In CI, set the environment variable ${keyVariable} to the private key.`,
      ),
  run: keys,
};

/** `pipe keys`: makes, lists and trusts keys. */
async function keys(
  context: CliContext,
  action: keyof typeof actions,
  name: string | undefined,
  key: string | undefined,
  { json }: KeysOptions,
): Promise<number> {
  if (action === 'trust') return trust(context, name, key);
  if (action === 'new') return make(context);
  const project = await openProject(context);
  const own = ownKey(context);
  const trusted = Object.entries(project.settings.trust).map(([who, text]) => ({ name: who, key: text }));
  if (json) {
    context.stdout.write(jsonText({ own: own ? publicText(own) : null, trusted }));
    return exitCodes.done;
  }
  context.stdout.write(own ? `yours: ${publicText(own)}\n` : context.asTyped('yours: none (run pipe keys new)\n'));
  for (const { name: who, key: text } of trusted) context.stdout.write(`${who}: ${text}\n`);
  return exitCodes.done;
}

function make(context: CliContext): number {
  const file = keyFile(context);
  const pem = newPrivateKey();
  makeKeyFolder(dirname(file));
  try {
    // Never replaces an existing key: nobody would accept what it signed.
    writeFileSync(file, pem, { flag: 'wx', mode: 0o600 });
  } catch (error) {
    if (!hasCode(error, 'EEXIST')) throw error;
    throw usage(
      context,
      `There is a key already: ${file}.`,
      '`pipe keys list` prints the public key; to replace the key, move the file away first',
    );
  }
  context.stderr.write(
    `The private key is in ${file}. Do not share it. Others accept your results once they trust the public key:\n`,
  );
  const line = `pipe keys trust ${userInfo().username} ${publicText(signingKeyOf(pem, file))}\n`;
  context.stdout.write(context.asTyped(line));
  return exitCodes.done;
}

function makeKeyFolder(folder: string): void {
  try {
    makeFolder(folder, 0o700);
  } catch (error) {
    if (!isSystemError(error)) throw error;
    throw new EnvironmentError(`The folder ${folder} for the private key cannot be created (${error.code}).`, {
      hint: 'set HOME or XDG_CONFIG_HOME to a folder that you can write to',
      cause: error,
    });
  }
}

async function trust(context: CliContext, name: string | undefined, key: string | undefined): Promise<number> {
  if (name === undefined || key === undefined)
    throw usage(context, 'A name and a public key are missing.', 'pipe keys trust NAME KEY');
  if (!publicKeyOf(key, name)) {
    throw usage(
      context,
      'This is not a public key.',
      'it begins with ed25519: and has 60 more characters; `pipe keys list` prints them',
    );
  }
  const project = await openProject(context);
  const known = project.settings.trust[name];
  if (known !== undefined && known !== key) {
    throw usage(
      context,
      `${projectFile} already has another key for ${name}.`,
      'remove that line first, or choose another name',
    );
  }
  const file = await addToProject(project, name, key);
  context.stdout.write(`${relative(context.directory, file) || file} trusts ${name}\n`);
  return exitCodes.done;
}

/** Adds a trusted key to the project file and keeps its comments; creates the file if there is none. */
async function addToProject({ root }: ProjectContext, name: string, key: string): Promise<string> {
  const file = join(root, projectFile);
  const document = parseDocument(existsSync(file) ? readFileSync(file, 'utf8') : '');
  document.setIn(['trust', name], key);
  const text = document.toString({ lineWidth: 0 });
  // The written file must be read as intended.
  await readProject({ file, text });
  const draft = `${file}.${process.pid}`;
  await writeDurably(draft, text);
  renameSync(draft, file);
  return file;
}

function usage({ arguments: typed }: CliContext, message: string, hint: string): ConfigurationError {
  return new ConfigurationError([{ message, origin: { option: typed.slice(0, 2).join(' ') }, hint }]);
}
