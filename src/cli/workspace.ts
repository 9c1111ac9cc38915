import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { type DefinitionCatalogue, type FileDigests, systemClock, type World } from '../engine/index.ts';
import { type LocalStore, openStore, thisProcess } from '../engine/store/index.ts';
import { ConfigurationError } from '../problem/errors.ts';
import { endMarked } from '../process/mark.ts';
import { builtinDefinitions, catalogueOf } from '../stages/catalogue.ts';
import { machineServices } from '../workers/machine-services.ts';
import type { CliContext } from './context.ts';

/** The stage kinds this program knows. */
export function openCatalogue({ environment, directory }: CliContext): DefinitionCatalogue {
  return catalogueOf(builtinDefinitions(machineServices(environment, directory)), directory);
}

/** Opens the store at `artifacts`. */
export function openStoreAt(
  { directory, stderr }: CliContext,
  artifacts: string,
  options: { readonly readonly: boolean; readonly onWarning?: (message: string) => void },
): Promise<LocalStore> {
  return openStore({
    directory: resolve(directory, artifacts),
    clock: systemClock,
    process: thisProcess(),
    onWarning: (message) => stderr.write(`warning: ${message}\n`),
    endProcesses: (session) => {
      const left = endMarked(`${session}/`);
      if (left.length > 0) stderr.write(`warning: ${leftRunning(left)}\n`);
    },
    ...options,
  });
}

function leftRunning(processes: readonly number[]): string {
  return `These processes of a run that was killed cannot be ended, and may still compute or write: ${processes.join(', ')}. End them yourself.`;
}

/** Opens a store that is there already. @throws ConfigurationError where there is none. */
export function openStoreThere(
  context: CliContext,
  artifacts: string,
  options: { readonly readonly: boolean },
): Promise<LocalStore> {
  if (existsSync(resolve(context.directory, artifacts))) return openStoreAt(context, artifacts, options);
  throw new ConfigurationError([
    {
      message: `There is no directory ${artifacts} here.`,
      origin: { option: `--artifacts ${artifacts}` },
      hint: 'a run makes it; where it lies elsewhere, say --artifacts DIRECTORY',
    },
  ]);
}

/** What stages may look at outside the store; digests of files are remembered in the store once its `files` are told to `keep`. */
export function worldAround(
  { environment, directory }: CliContext,
  store: LocalStore,
): World & { readonly files: FileDigests } {
  const files = store.fileDigests();
  return {
    environment,
    directory,
    files,
    digest: (path) => files.digest(path),
    version: (path) => files.version(path),
  };
}

/** How large a store may grow where nobody says otherwise. Generous: the full recipe with every corruption at every severity keeps some 4 GB. */
export const usualStoreLimit = { text: '50GB', bytes: 50e9 } as const;
