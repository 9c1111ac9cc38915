import { type DefinitionCatalogue, systemClock, type World } from '../engine/index.ts';
import { type LocalStore, openStore, thisProcess } from '../engine/store/index.ts';
import { builtinDefinitions, catalogueOf } from '../stages/catalogue.ts';
import { machineServices } from '../workers/machine-services.ts';

/** The outside as a command sees it: the only place of `src/cli` where it comes from the process. */
export interface Surroundings {
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly directory: string;
  readonly stdout: NodeJS.WriteStream;
  readonly stderr: NodeJS.WriteStream;
  readonly stdin: NodeJS.ReadStream;
}

/** What the commands that look at pipelines need. */
export interface Workspace {
  readonly catalogue: DefinitionCatalogue;
  readonly store: LocalStore;
  readonly world: World;
}

/** The stage kinds this program knows. */
export function catalogue({ environment, directory }: Surroundings): DefinitionCatalogue {
  return catalogueOf(builtinDefinitions(machineServices(environment, directory)));
}

/** Opens the store at `artifacts`, and the world around it. */
export async function openWorkspace(
  surroundings: Surroundings,
  artifacts: string,
  options: { readonly readonly: boolean },
): Promise<Workspace> {
  const { environment, directory, stderr } = surroundings;
  const store = await openStore({
    directory: artifacts,
    clock: systemClock,
    process: thisProcess(),
    readonly: options.readonly,
    onWarning: (message) => stderr.write(`warning: ${message}\n`),
  });
  const world = { environment, directory, digest: (path: string) => store.digest(path) };
  return { catalogue: catalogue(surroundings), store, world };
}
