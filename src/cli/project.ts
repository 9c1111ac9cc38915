import { existsSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { EnvironmentError } from '../problem/errors.ts';
import { type ProjectSettings, readProject, usualProject } from '../schema/index.ts';
import type { CliContext } from './context.ts';
import { readMemory } from './read-memory.ts';

/** The file that marks the root of a project, with the settings of all its pipelines. */
export const projectFile = 'pipe.project.yaml';

/** Variables that name folders: relative paths in them start in the current folder, not at the root. */
const pathVariables = ['CIFAR10_DIR', 'CIFAR10C_DIR'];

/** The context of a command in a project: names in pipelines are relative to its root, names on the command line to `directory`. */
export interface ProjectContext extends CliContext {
  readonly root: string;
  /** Why this folder is the root. */
  readonly rootedBy: 'project file' | 'git repository' | 'folder of the pipeline' | 'current folder';
  readonly settings: ProjectSettings;
}

/**
 * Finds the project of a pipeline, or of the current folder: the nearest parent folder with a project file, otherwise with a git
 * repository, otherwise the folder itself. A project file above the repository is ignored. A pipeline in `node_modules` belongs to a
 * package, and runs for the project of the current folder.
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

/** Absolute path of the store: `--artifacts`, relative to the current folder, otherwise that of the project. */
export function storeDirectory({ directory, root, settings }: ProjectContext, artifacts: string | undefined): string {
  return artifacts === undefined ? resolve(root, settings.store) : resolve(directory, artifacts);
}

/** `project: /home/me/words (git repository), store: artifacts`; a store elsewhere with its absolute path. */
export function projectLine(project: ProjectContext, artifacts: string | undefined): string {
  const { root, rootedBy } = project;
  const store = storeDirectory(project, artifacts);
  const inside = relative(root, store);
  return `project: ${root} (${rootedBy}), store: ${inside.startsWith('..') ? store : inside || '.'}`;
}

/** Reports the project of a command, unless it is the current folder. */
export function sayProject(project: ProjectContext, artifacts: string | undefined): void {
  if (project.root !== project.directory) project.stderr.write(`${projectLine(project, artifacts)}\n`);
}

/** The folder of a pipeline; undefined if it is part of a package. */
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

/** In a folder like /tmp, others can leave a project file for users who work below it. */
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
