import { existsSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { EnvironmentError } from '../problem/errors.ts';
import { type ProjectSettings, readProject, usualProject } from '../schema/index.ts';
import type { CliContext } from './context.ts';
import { readMemory } from './read-memory.ts';

/** The file that marks the root of a project, and holds what all its pipelines share. */
export const projectFile = 'pipe.project.yaml';

/** Variables that name folders: what the shell completed there begins where the command was typed, not at the root. */
const pathVariables = ['CIFAR10_DIR', 'CIFAR10C_DIR'];

/** A command's context in a project: what pipelines name resolves against its root, what was typed against `directory`. */
export interface ProjectContext extends CliContext {
  readonly root: string;
  /** What made this folder the root. */
  readonly rootedBy: 'project file' | 'git repository' | 'folder of the pipeline' | 'current folder';
  readonly settings: ProjectSettings;
}

/**
 * Finds the project of a pipeline, or of the current folder: the nearest folder upwards with a project file, else with a git
 * repository, else the folder itself. A project file above the repository is none of its business. A pipeline in
 * `node_modules` came with a package, and is run for the project of the current folder.
 * @throws ConfigurationError if the project file is wrong.
 */
export async function openProject(context: CliContext, pipeline?: string): Promise<ProjectContext> {
  const own = pipeline === undefined ? undefined : ownFolder(resolve(context.directory, pipeline));
  const here = own ?? context.directory;
  const found = rootAbove(here) ?? { root: here, rootedBy: own ? 'folder of the pipeline' : 'current folder' };
  const settings = found.rootedBy === 'project file' ? await readSettings(found.root, context) : usualProject;
  const variables = pathVariables.flatMap((name): [string, string][] => {
    const path = context.environment[name];
    return path ? [[name, resolve(context.directory, path)]] : [];
  });
  return { ...context, environment: { ...context.environment, ...Object.fromEntries(variables) }, ...found, settings };
}

/** Absolute path of the store: where `--artifacts` says, seen from where it was typed, else where the project has it. */
export function storeDirectory({ directory, root, settings }: ProjectContext, artifacts: string | undefined): string {
  return artifacts === undefined ? resolve(root, settings.store) : resolve(directory, artifacts);
}

/** `project: /home/me/words (git repository), store: artifacts`; a store elsewhere by its whole path. */
export function projectLine(project: ProjectContext, artifacts: string | undefined): string {
  const { root, rootedBy } = project;
  const store = storeDirectory(project, artifacts);
  const inside = relative(root, store);
  return `project: ${root} (${rootedBy}), store: ${inside.startsWith('..') ? store : inside || '.'}`;
}

/** Says which project a command took, unless it is the folder in which it was typed. */
export function sayProject(project: ProjectContext, artifacts: string | undefined): void {
  if (project.root !== project.directory) project.stderr.write(`${projectLine(project, artifacts)}\n`);
}

/** The folder of a pipeline; undefined if a package brought it. */
function ownFolder(pipeline: string): string | undefined {
  const folder = dirname(pipeline);
  return folder.split(sep).includes('node_modules') ? undefined : folder;
}

function rootAbove(start: string): Pick<ProjectContext, 'root' | 'rootedBy'> | undefined {
  for (let folder = start; ; folder = dirname(folder)) {
    if (existsSync(join(folder, projectFile)) && !isShared(folder)) return { root: folder, rootedBy: 'project file' };
    if (existsSync(join(folder, '.git'))) return { root: folder, rootedBy: 'git repository' };
    if (folder === dirname(folder)) return undefined;
  }
}

/** In a folder like /tmp, others can leave a project file for those who work below it. */
function isShared(folder: string): boolean {
  const sticky = 0o1002;
  return (statSync(folder).mode & sticky) === sticky;
}

function readSettings(root: string, { environment, directory }: CliContext): Promise<ProjectSettings> {
  const file = relative(directory, join(root, projectFile));
  return readProject({ file, text: readText(join(root, projectFile)), memory: readMemory({ environment, directory }) });
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new EnvironmentError(`The project file ${path} cannot be read (${code}).`, { cause: error });
  }
}
