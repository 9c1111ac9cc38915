import { lstatSync, realpathSync, renameSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { StringDecoder } from 'node:string_decoder';
import { hasCode, ifThere, isAbsent } from '../../disk/codes.ts';
import type { Workplace, WorkplaceContext } from '../../engine/definition.ts';
import { StageError } from '../../problem/errors.ts';
import { shownLine } from '../../problem/shown.ts';
import { containment, uncontained } from '../../process/containment.ts';
import { stopGraceMilliseconds } from '../../process/ended.ts';
import { LastWords } from '../../process/last-words.ts';
import { plainPath } from '../../schema/path-below.ts';
import { alwaysPassed } from '../declared/declared-files.ts';
import type { BuiltInProgram } from '../define.ts';
import type { Services } from '../services.ts';
import { filesIn, layOut } from './lay-out.ts';
import { PointsReader, pointsFile, pointsVariable, readMetricsFiles } from './metrics.ts';
import { metricsFiles, type ShellConfig, type ShellContext } from './schema.ts';
import { Shells } from './shells.ts';

const shells = new Shells();

/** Runs the command in a clean folder and collects the declared outputs. */
export function program(services: Services): BuiltInProgram<ShellContext> {
  return {
    async run(context) {
      const { config } = context;
      const folder = context.scratch;
      const laid = await layOut(context, services.directory, folder);
      const points = new PointsReader(folder, context);
      const place = realpathSync.native(folder);
      try {
        await runCommand(context, services, folder);
        points.end();
        laid.checkLinks();
      } finally {
        points.close();
      }
      const written = await readMetricsFiles(metricsFiles(config), folder, context);
      for (const [name, path] of Object.entries(config.outputs)) {
        checkInside(join(folder, path), join(place, path), name, path);
        take(join(folder, path), context.outputs[name]!, name, path);
      }
      const ours = new Set([pointsFile, ...metricsFiles(config).map(plainPath)]);
      const strays = filesIn(folder).filter((file) => !laid.paths.has(file) && !ours.has(file));
      if (strays.length > 0) {
        context.warn(
          `the command wrote ${strays.slice(0, 5).map(shownLine).join(', ')}${strays.length > 5 ? ' and more' : ''}, which it does not declare; undeclared files are not kept`,
        );
      }
      return { metrics: { ...points.latest, ...written } };
    },
  };
}

/** Prepares the folder in which the command would run, and returns what it would see. */
export async function workplace(context: WorkplaceContext<ShellConfig>, services: Services): Promise<Workplace> {
  const folder = context.scratch;
  await layOut(context, services.directory, folder);
  const environment = environmentIn(folder, context, services.environment);
  return { folder, environment, command: context.config.command };
}

async function runCommand(context: ShellContext, { environment }: Services, folder: string): Promise<void> {
  const { config, signal, processes, say } = context;
  const lastWords = new LastWords();
  const decoder = new StringDecoder('utf8');
  const pass = (text: string) => {
    if (text === '') return;
    lastWords.add(text);
    say(text);
  };
  const { ended, signalAll } = shells.run({
    text: config.command,
    stopAtFirstFailure: config.stopAtFirstFailure,
    folder,
    environment: environmentIn(folder, context, environment),
    mark: processes.mark,
    containment: processes.contain ? await containment(environment) : uncontained,
    onOutput: (chunk) => pass(decoder.write(chunk)),
  });
  let ending: NodeJS.Timeout | undefined;
  const onAbort = () => {
    signalAll('SIGTERM');
    ending = setTimeout(() => signalAll('SIGKILL'), stopGraceMilliseconds);
  };
  signal.addEventListener('abort', onAbort, { once: true });
  if (signal.aborted) onAbort();
  try {
    const { code, killedBy } = await ended;
    pass(decoder.end());
    signal.throwIfAborted();
    if (code === 0) return;
    const how = killedBy ? `was ended by ${killedBy}` : `ended with exit code ${code}`;
    const { lines } = lastWords;
    const said = lines.length > 0 ? `its last output:\n${lines.join('\n')}` : 'it printed nothing';
    const likely = likelyCause(code, killedBy, lines);
    throw new StageError(`the command ${how}`, { hint: likely === undefined ? said : `${said}\n${likely}` });
  } finally {
    clearTimeout(ending);
    signal.removeEventListener('abort', onAbort);
  }
}

/** What shells, Python and other programs print about a file or module that they do not find. */
const missing = /no such file|not found|cannot find|can't open|ModuleNotFoundError/iu;

/** What often makes a command end like this, if that is known: a sentence. */
function likelyCause(code: number | null, killedBy: string | null, lines: readonly string[]): string | undefined {
  if (killedBy === 'SIGKILL') return 'The system ends a process in this way if memory runs out.';
  const isMissing = code === 127 || lines.some((line) => missing.test(line));
  return isMissing
    ? 'A command finds only the files and inputs that it declares, and programs on PATH (`pipe shell` opens its folder).'
    : undefined;
}

/** The environment of a command. What the stage sets overrides what it gets. */
function environmentIn(
  folder: string,
  { config: { pass, secrets, environment }, processes }: Pick<WorkplaceContext<ShellConfig>, 'config' | 'processes'>,
  surrounding: Services['environment'],
): Readonly<Record<string, string | undefined>> {
  const names = [...alwaysPassed, ...pass, ...secrets];
  return {
    // Otherwise Python buffers what it writes to a pipe.
    PYTHONUNBUFFERED: '1',
    // The folder is removed after the command, so nothing would read the bytecode, and each file of it would be reported as undeclared.
    PYTHONDONTWRITEBYTECODE: '1',
    ...processes.environment,
    ...Object.fromEntries(names.map((name) => [name, surrounding[name]])),
    ...Object.fromEntries(Object.entries(environment).map(([name, value]) => [name, String(value)])),
    [pointsVariable]: join(folder, pointsFile),
  };
}

/** Checks that an output is not behind a symlink that the command put in place of a folder: moving it would take it from its owner. */
function checkInside(from: string, place: string, name: string, path: string): void {
  const above = ifThere(() => realpathSync.native(dirname(from)));
  if (above === undefined || above === dirname(place)) return;
  throw new StageError(`the command wrote ${path}, its output ${name}, through a symlink to ${above}`, {
    hint: 'copy the file to the path under `outputs`',
  });
}

/** Checks that an output is no file if its path ends with a slash, and no folder if not; storing it refuses anything else. */
function checkKind(from: string, name: string, path: string): void {
  const bare = withoutSlash(path);
  const isFolder = bare !== path;
  const stats = ifThere(() => lstatSync(withoutSlash(from)));
  if (isFolder ? !stats?.isFile() : !stats?.isDirectory()) return;
  throw new StageError(`the command wrote a ${isFolder ? 'file' : 'folder'} at ${bare}, its output ${name}`, {
    hint: `a trailing / marks a folder: write ${isFolder ? bare : `${bare}/`} under \`outputs\``,
  });
}

function withoutSlash(path: string): string {
  return path.replace(/\/+$/u, '');
}

function take(from: string, to: string, name: string, path: string): void {
  checkKind(from, name, path);
  try {
    renameSync(from, to);
  } catch (error) {
    if (hasCode(error, 'EACCES', 'EPERM')) {
      // Only root can move a folder without write permission.
      throw new StageError(`the command left ${path}, its output ${name}, without permission to read it`, {
        hint: 'restore the permissions at the end of the command (`chmod -R u+rwX`)',
        cause: error,
      });
    }
    if (!isAbsent(error)) throw error;
    throw new StageError(`the command did not write ${path}, its output ${name}`, {
      hint: 'write it from the command, or correct the path under `outputs`',
    });
  }
}
