import { constants, copyFileSync, mkdirSync, readdirSync, renameSync, statSync } from 'node:fs';
import { copyFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import type { StageContext, StageProgram } from '../../engine/definition.ts';
import { StageError } from '../../problem/errors.ts';
import { alwaysPassed, declaredFiles } from '../declared/declared-files.ts';
import type { Services } from '../services.ts';
import type { ShellConfig } from './config.ts';
import { Shells } from './shells.ts';

const keptLines = 20;

/** Below this a file is copied on the spot: a trip to the thread pool costs more than the copying. */
const smallBytes = 256 * 1024;

/** How long a command that was told to stop may take before it is ended. */
const stopGraceMilliseconds = 10_000;

const shells = new Shells();

/** Runs the command in a clean folder and takes the declared outputs out of it. */
export function program(services: Services): StageProgram<ShellConfig> {
  return {
    async run(context) {
      const { config } = context;
      const folder = context.scratch;
      const laid = await layOut(context, services.directory, folder);
      await runCommand(context, services, folder);
      for (const [name, path] of Object.entries(config.outputs)) {
        take(join(folder, path), context.outputs[name] as string, name, path);
      }
      const strays = filesIn(folder).filter((file) => !laid.has(file));
      if (strays.length > 0) {
        context.warn(
          `the command wrote ${strays.slice(0, 5).join(', ')}${strays.length > 5 ? ' and more' : ''}, which it does not declare: nothing keeps it`,
        );
      }
      return {};
    },
  };
}

/** Copies files into the folder (as references to the same blocks where the file system can), and moves inputs there; returns their paths in it. */
async function layOut(
  { config, inputs }: StageContext<ShellConfig>,
  directory: string,
  folder: string,
): Promise<ReadonlySet<string>> {
  const laid = new Set<string>();
  const lay = async (from: string, path: string) => {
    const to = join(folder, path);
    makeFolderOf(to, folder);
    if (statSync(from).size > smallBytes) await copyFile(from, to, constants.COPYFILE_FICLONE);
    else copyFileSync(from, to, constants.COPYFILE_FICLONE);
    laid.add(path);
  };
  /** Inputs are copies of this stage's own. */
  const move = (from: string, path: string) => {
    const to = join(folder, path);
    makeFolderOf(to, folder);
    renameSync(from, to);
    laid.add(path);
    if (statSync(to).isDirectory()) for (const file of filesIn(to)) laid.add(join(path, file));
  };
  for (const path of await declaredFiles(config.files, directory)) await lay(resolve(directory, path), path);
  for (const [name, path] of Object.entries(config.inputs)) {
    const input = inputs[name];
    if (input !== undefined) move(input, path);
  }
  for (const path of Object.values(config.outputs)) makeFolderOf(join(folder, path), folder);
  return laid;
}

function makeFolderOf(path: string, root: string): void {
  if (dirname(path) !== root) mkdirSync(dirname(path), { recursive: true });
}

async function runCommand(
  { config, signal }: StageContext<ShellConfig>,
  { environment }: Services,
  folder: string,
): Promise<void> {
  const names = [...alwaysPassed, ...config.pass, ...config.secrets];
  const inherited = Object.fromEntries(names.map((name) => [name, environment[name]]));
  const lastLines: string[] = [];
  const onLine = (line: string) => {
    if (line.trim() !== '') lastLines.push(line);
    lastLines.splice(0, lastLines.length - keptLines);
  };
  const { command: text, stopAtFirstFailure } = config;
  const command = { text, stopAtFirstFailure, folder, environment: { ...inherited, ...config.environment }, onLine };
  const { ended, signalAll } = shells.run(command);
  let ending: NodeJS.Timeout | undefined;
  const onAbort = () => {
    signalAll('SIGTERM');
    ending = setTimeout(() => signalAll('SIGKILL'), stopGraceMilliseconds);
  };
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    const { code, killedBy } = await ended;
    // The command has ended; something that it left in the background may have ignored the first signal.
    if (signal.aborted) signalAll('SIGKILL');
    signal.throwIfAborted();
    if (code === 0) return;
    const how = killedBy ? `was ended by ${killedBy}` : `ended with exit code ${code}`;
    const said = lastLines.length > 0 ? `it said last:\n${lastLines.join('\n')}` : 'it said nothing';
    throw new StageError(`the command ${how}`, { hint: said });
  } finally {
    clearTimeout(ending);
    signal.removeEventListener('abort', onAbort);
  }
}

function take(from: string, to: string, name: string, path: string): void {
  try {
    renameSync(from, to);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    throw new StageError(`the command did not write ${path}, its output ${name}`, {
      hint: 'write it from the command, or correct the path under `outputs`',
    });
  }
}

/** Paths of all files below a folder. */
function filesIn(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => !entry.isDirectory())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1));
}
