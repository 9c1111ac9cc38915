import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { Task, TaskContext } from '../task.ts';

const run = promisify(execFile);

/** A file of the checkout: this code is bundled in `dist`. */
const file = (name: string) => fileURLToPath(new URL(`../${name}`, import.meta.url));

const quick = [file('pipelines/consistency.yaml'), '--overlay', file('pipelines/overlays/quick.yaml'), '--yes'];

/** All of `quick.yaml`, from an empty store to the report. */
export async function quickPipeline(context: TaskContext): Promise<Task> {
  return command(context, quick);
}

/** The data and the training stages of five temperatures, from an empty store; the teacher is trained once. */
export async function temperatureSweep(context: TaskContext): Promise<Task> {
  const shorter = ['--set', 'params.epochs=2', '--set', 'params.teacher.averaging.start=100'];
  return command(context, [...quick, ...shorter, '--sweep', 'params.temperature=1,2,4,8,10', '--target', 'student']);
}

/** `pipe run`, each time with an empty store and without real images. */
function command({ environment }: TaskContext, options: readonly string[]): Task {
  const { CIFAR10_DIR: _, ...clean } = environment;
  return {
    imagesPerStep: 0,
    async step() {
      const store = await mkdtemp(join(tmpdir(), 'pipe-bench-'));
      try {
        await run(process.execPath, [file('bin/pipe.cjs'), 'run', ...options, '--artifacts', store], { env: clean });
      } finally {
        await rm(store, { recursive: true, force: true });
      }
    },
  };
}
