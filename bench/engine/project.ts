import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import type { Peers } from './peers.ts';
import type { BenchPipeline, BenchStage } from './stage.ts';
import type { CommandLine, Tool } from './tools/tool.ts';

/** Files that a tool keeps next to the sources, not for git. */
const kept = ['node_modules', '.turbo', '.wireit', '.nx', '.snakemake', 'artifacts', '*.bin', 'out'];

/** A pipeline as one tool's project, in a separate folder. */
export class Project {
  readonly tool: Tool;
  readonly folder: string;
  readonly #last: BenchStage;
  readonly #environment: Readonly<Record<string, string | undefined>>;

  /** Writes the project and makes it a git repository, which some tools need. */
  constructor(tool: Tool, pipeline: BenchPipeline, folder: string, peers: Peers) {
    this.tool = tool;
    this.folder = folder;
    this.#last = pipeline.stages.at(-1)!;
    this.#environment = {
      ...process.env,
      // A tool that detects a CI system behaves differently from one at a desk.
      CI: '',
      PATH: `${peers.path}${delimiter}${process.env['PATH']}`,
      ...tool.environment,
    };
    for (const [path, text] of Object.entries(tool.describe(pipeline.stages))) this.#write(path, text);
    for (const [name, text] of Object.entries(pipeline.sources)) this.write(name, text);
    this.#write('.gitignore', `${kept.join('\n')}\n`);
    if (tool.usesNodeModules) symlinkSync(peers.nodeModules, join(folder, 'node_modules'));
    const author = ['-c', 'user.name=bench', '-c', 'user.email=bench@localhost'];
    const commit = ['git', ...author, 'commit', '-q', '-m', 'bench'];
    for (const line of [['git', 'init', '-q'], ...(tool.prepare ?? []), ['git', 'add', '-A'], commit]) this.call(line);
  }

  /** Writes a source file. */
  write(name: string, content: string | Uint8Array): void {
    this.#write(join(this.tool.sources ?? '', name), content);
  }

  /** The path of a source file, or of a stage's output, in the project. */
  path(name: string): string {
    return join(this.folder, this.tool.sources ?? '', name);
  }

  /** A file of the project; undefined if there is none. */
  read(name: string): string | undefined {
    return existsSync(this.path(name)) ? readFileSync(this.path(name), 'utf8') : undefined;
  }

  get runLine(): CommandLine {
    return this.tool.run(this.#last);
  }

  get planLine(): CommandLine | undefined {
    return this.tool.plan?.(this.#last);
  }

  /** Seconds from the start of a process to its end. @throws Error with its last output if it fails. */
  call([program = '', ...args]: CommandLine): number {
    const start = performance.now();
    const { status, stdout, stderr, error } = spawnSync(program, args, { ...this.#options, maxBuffer: 2 ** 28 });
    const seconds = (performance.now() - start) / 1e3;
    if (status === 0) return seconds;
    const words = error?.message ?? `${stdout}${stderr}`.trim().split('\n').slice(-8).join('\n');
    throw new Error(`${this.tool.name}: ${[program, ...args].join(' ')} ended with ${status}: ${words}`);
  }

  /** Starts a run in a new process group, which `kill` ends. */
  start(): { readonly kill: () => void; readonly status: Promise<number | null> } {
    const [program = '', ...args] = this.runLine;
    const child = spawn(program, args, { ...this.#options, detached: true });
    for (const stream of [child.stdout, child.stderr]) stream.resume();
    const status = new Promise<number | null>((resolve, reject) => {
      child.on('error', reject);
      child.on('close', resolve);
    });
    const kill = () => {
      // Without an id, nothing was started: `status` rejects with the reason.
      if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
    };
    return { kill, status };
  }

  /** Called when the project is no longer needed. */
  leave(): void {
    if (this.tool.leave) this.call(this.tool.leave);
  }

  get #options() {
    return {
      cwd: this.folder,
      env: this.#environment,
      stdio: ['ignore', 'pipe', 'pipe'] as ['ignore', 'pipe', 'pipe'],
    };
  }

  #write(path: string, content: string | Uint8Array): void {
    mkdirSync(dirname(join(this.folder, path)), { recursive: true });
    writeFileSync(join(this.folder, path), content);
  }
}
