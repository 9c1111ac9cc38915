import { existsSync } from 'node:fs';
import { type DefinitionCatalogue, type FileDigests, systemClock, type World } from '../engine/index.ts';
import { type LocalStore, openStore, thisProcess } from '../engine/store/index.ts';
import { ConfigurationError } from '../problem/errors.ts';
import { endMarked } from '../process/mark.ts';
import { builtinDefinitions, catalogueOf } from '../stages/catalogue.ts';
import { machineServices } from '../workers/machine-services.ts';
import { noteComputed } from './computed-here.ts';
import { warn } from './context.ts';
import { type ProjectContext, sayProject, storeDirectory } from './project.ts';

/** The default limit for the size of a store. Generous: the full recipe with every corruption at every severity keeps about 4 GB. */
export const usualStoreLimit = { text: '50GB', bytes: 50e9 } as const;

/** The stage kinds that this program knows. */
export function openCatalogue({ environment, directory, root }: ProjectContext): DefinitionCatalogue {
  return catalogueOf(builtinDefinitions(machineServices(environment, root)), directory);
}

/** How a command opens a store. */
interface StoreAccess {
  readonly readonly: boolean;
  readonly onWarning?: (message: string) => void;
}

/** Opens the store that `--artifacts` names, or the project's. */
export function openStoreAt(
  project: ProjectContext,
  artifacts: string | undefined,
  options: StoreAccess,
): Promise<LocalStore> {
  const { environment } = project;
  return openStore({
    directory: storeDirectory(project, artifacts),
    clock: systemClock,
    process: thisProcess(),
    readsAll: environment['PIPE_HASH_ALL'] === '1',
    onWarning: (message) => warn(project, message),
    onPublished: (record) => noteComputed(project, record),
    endProcesses: (session) => {
      const left = endMarked(`${session}/`);
      if (left.length > 0) warn(project, leftRunning(left));
    },
    ...options,
  });
}

function leftRunning(processes: readonly number[]): string {
  return `These processes of a killed run could not be ended and may still compute or write: ${processes.join(', ')}. End them yourself.`;
}

/** Opens an existing store. @throws ConfigurationError if there is none. */
export function openStoreThere(
  project: ProjectContext,
  artifacts: string | undefined,
  options: StoreAccess,
): Promise<LocalStore> {
  const directory = storeDirectory(project, artifacts);
  if (existsSync(directory)) {
    sayProject(project, artifacts);
    return openStoreAt(project, artifacts, options);
  }
  throw new ConfigurationError([
    {
      message: `There are no results yet: ${directory} does not exist.`,
      origin: { option: artifacts === undefined ? project.arguments.join(' ') : `--artifacts ${artifacts}` },
      hint: `\`pipe run PIPELINE\` creates it. The project is ${project.root} (${project.rootedBy}); if results are stored elsewhere, add --artifacts DIRECTORY`,
    },
  ]);
}

/** A world, and the environment variables that were looked up in it so far; null for one that is not set. */
export function notedWorld<Own extends World>(
  world: Own,
): { readonly world: Own; noted(): Readonly<Record<string, string | null>> } {
  const looked = new Set<string>();
  const environment = new Proxy(world.environment, {
    get(variables, name) {
      if (typeof name === 'string') looked.add(name);
      return Reflect.get(variables, name);
    },
  });
  return {
    world: { ...world, environment },
    noted: () => Object.fromEntries([...looked].sort().map((name) => [name, world.environment[name] ?? null])),
  };
}

/** What stages may look at outside the store; digests of files are stored once `keep` was called on its `files`. */
export function worldAround(
  { environment, root }: ProjectContext,
  store: LocalStore,
): World & { readonly files: FileDigests } {
  const files = store.fileDigests();
  return {
    environment,
    directory: root,
    files,
    digest: (path) => files.digest(path),
    version: (path) => files.version(path),
  };
}
