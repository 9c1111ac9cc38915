import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, readdirSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Project } from './project.ts';
import type { BenchPipeline } from './stage.ts';

/** How to access a tool's outputs and cache: each tool stores them differently. */
export interface Rig {
  /** An output as its user finds it after a run; undefined if it is missing. */
  content(file: string): string | undefined;
  /** Removes an output. */
  lose(file: string): void;
  /** Overwrites an output by hand. */
  overwrite(file: string, text: string): void;
  /** Alters the tool's cached copy of an output, and removes the outputs; false if there is no such copy. */
  corrupt(text: string): boolean;
}

/** Outputs are in the project's folder, and copies of them in a cache. */
export function rigOfPeer(project: Project, { stages }: BenchPipeline): Rig {
  const loseAll = () => {
    for (const { writes } of stages.slice(1)) rmSync(project.path(writes), { force: true });
  };
  return {
    content: (file) => project.read(file),
    lose: (file) => rmSync(project.path(file), { force: true }),
    overwrite: (file, text) => writeFileSync(project.path(file), text),
    corrupt(text) {
      const altered = cachedFiles(project.folder).filter((path) =>
        path.endsWith('.tar.zst') ? alterArchive(path, text) : alterFile(path, text),
      );
      loseAll();
      return altered.length > 0;
    },
  };
}

/** Outputs are in pipe's store, under their digests. */
export function rigOfPipe(project: Project, pipeline: BenchPipeline): Rig {
  const object = (file: string): string => {
    const { name } = pipeline.stages.find(({ writes }) => writes === file)!;
    const { outputs } = lastRun(project).stages.find(({ id }) => id === name)!;
    const { digest } = Object.values(outputs)[0]!;
    return join(project.folder, 'artifacts', 'objects', digest.slice(0, 2), digest);
  };
  const overwrite = (file: string, text: string) => {
    const path = object(file);
    const { atime, mtime } = statSync(path);
    chmodSync(path, 0o644);
    writeFileSync(path, text);
    chmodSync(path, 0o444);
    utimesSync(path, atime, mtime);
  };
  return {
    content: (file) => (existsSync(object(file)) ? readFileSync(object(file), 'utf8') : undefined),
    lose: (file) => rmSync(object(file), { force: true }),
    overwrite,
    corrupt(text) {
      overwrite(pipeline.stages.at(-1)!.writes, altered(text));
      return true;
    },
  };
}

interface RunResult {
  readonly stages: readonly { readonly id: string; readonly outputs: Readonly<Record<string, { digest: string }>> }[];
}

/** The results of the last run. */
function lastRun({ folder }: Project): RunResult {
  const runs = join(folder, 'artifacts', 'runs');
  const [newest = ''] = readdirSync(runs).sort().reverse();
  return (JSON.parse(readFileSync(join(runs, newest, 'run.json'), 'utf8')) as { result: RunResult }).result;
}

/** Different bytes of the same number. */
function altered(text: string): string {
  return text.replaceAll(/[a-z]/gu, 'X');
}

/** Files in the cache folders of tools. */
function cachedFiles(folder: string): readonly string[] {
  return ['.dvc/cache', '.nx', '.wireit', '.turbo', '.snakemake'].flatMap((cache) => {
    const root = join(folder, cache);
    if (!existsSync(root)) return [];
    return readdirSync(root, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name));
  });
}

function alterFile(path: string, text: string): boolean {
  if (readFileSync(path, 'latin1') !== text) return false;
  const { mode } = statSync(path);
  chmodSync(path, 0o644);
  writeFileSync(path, altered(text));
  chmodSync(path, mode);
  return true;
}

function alterArchive(path: string, text: string): boolean {
  const { stdout } = spawnSync('zstd', ['-dqc', path], { encoding: 'latin1' });
  if (!stdout?.includes('c.out') || !stdout.includes(text)) return false;
  const input = Buffer.from(stdout.replaceAll(text, altered(text)), 'latin1');
  return spawnSync('zstd', ['-qf', '-o', path], { input }).status === 0;
}
