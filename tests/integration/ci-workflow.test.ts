import { execFileSync, spawn } from 'node:child_process';
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { temporaryDirectory } from '../support/temporary.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const page = readFileSync(join(root, 'docs/ci.md'), 'utf8');

interface Step {
  readonly name?: string;
  readonly if?: string;
  readonly uses?: string;
  readonly run?: string;
  readonly with?: Readonly<Record<string, string>>;
}

interface Workflow {
  readonly env: { readonly PIPELINE: string };
  readonly jobs: Readonly<Record<'compute' | 'proof', { readonly steps: readonly Step[] }>>;
}

const text = [...page.matchAll(/```yaml\n([\s\S]*?)```/gu)]
  .map(([, block = '']) => block)
  .find((block) => block.includes('actions/cache'))!;
const workflow = parse(text) as Workflow;
const pipeline = workflow.env.PIPELINE.replace('pipelines/overlays/quick.yaml', 'tests/fixtures/tiny.yaml');

const directory = temporaryDirectory();

const notCommitted = new Set(['.git', 'node_modules', 'vendor/node_modules', 'dist', 'artifacts', 'coverage']);

/** The content of a checkout: everything except what git ignores. */
function checkout(name: string): string {
  const target = join(directory, name);
  cpSync(root, target, { recursive: true, filter: (path) => !notCommitted.has(relative(root, path)) });
  // As on a runner, the repository is the root of the project.
  execFileSync('git', ['init', '-q', target]);
  return target;
}

/** Runs a step's commands like a runner: in one shell that stops at the first failure. */
function runStep(step: Step, folder: string): Promise<{ readonly code: number | null; readonly output: string }> {
  // Nothing is installed: the packages of this checkout are used.
  if (step.run === 'npm ci') {
    for (const packages of ['node_modules', 'vendor/node_modules'])
      symlinkSync(join(root, packages), join(folder, packages));
    return Promise.resolve({ code: 0, output: '' });
  }
  const child = spawn('bash', ['-e', '-o', 'pipefail', '-c', step.run!], {
    cwd: folder,
    env: { ...process.env, PIPELINE: pipeline, CI: 'true', CIFAR10_DIR: undefined, CIFAR10C_DIR: undefined },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  const add = (chunk: string) => {
    output += chunk;
  };
  child.stdout.setEncoding('utf8').on('data', add);
  child.stderr.setEncoding('utf8').on('data', add);
  return new Promise((resolve) => child.on('close', (code) => resolve({ code, output })));
}

async function runJob(job: 'compute' | 'proof', folder: string): Promise<void> {
  for (const step of workflow.jobs[job].steps) {
    if (step.run === undefined || step.if !== undefined) continue;
    const { code, output } = await runStep(step, folder);
    expect(code, `${step.run}\n${output}`).toBe(0);
  }
}

/** The step of a job whose commands hold a text. */
function stepWith(job: 'compute' | 'proof', words: string): Step {
  return workflow.jobs[job].steps.find(({ run }) => run?.includes(words))!;
}

/** Copies what the workflow's cache contains from one checkout to another. */
function restore(from: string, to: string): void {
  const step = workflow.jobs.proof.steps.find(({ uses }) => uses?.startsWith('actions/cache/restore'))!;
  const kept = workflow.jobs.compute.steps.find(({ uses }) => uses?.startsWith('actions/cache/save'))!;
  expect(step.with!['path']).toBe(kept.with!['path']);
  for (const path of step.with!['path']!.trim().split('\n')) {
    mkdirSync(join(to, path), { recursive: true });
    cpSync(join(from, path), join(to, path), { recursive: true, preserveTimestamps: true });
  }
}

function largestIn(folder: string): string {
  const paths = readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((name) => join(folder, name));
  const size = (path: string) => (statSync(path).isFile() ? statSync(path).size : 0);
  return paths.reduce((one, other) => (size(other) > size(one) ? other : one));
}

/** Changes the last byte of a file. */
function spoil(path: string): void {
  const bytes = readFileSync(path);
  bytes.writeUInt8(bytes.readUInt8(bytes.length - 1) ^ 1, bytes.length - 1);
  rmSync(path);
  writeFileSync(path, bytes);
}

test('the workflow of docs/ci.md: compute, prove, and refuse a proof of something else', async () => {
  expect(pipeline).not.toBe(workflow.env.PIPELINE);
  const main = checkout('main');
  await runJob('compute', main);

  const pull = checkout('pull');
  restore(main, pull);
  await runJob('proof', pull);

  const proof = stepWith('proof', '--frozen');
  execFileSync('sed', ['-i', 's/temperature: 10/temperature: 4/', 'pipelines/consistency.yaml'], { cwd: pull });
  const stale = await runStep(proof, pull);
  expect(stale.code, stale.output).toBe(1);
  expect(stale.output).toContain('frozen, but these stages would have to run: student, evaluate-student\n');
  const differs = await runStep(stepWith('proof', 'pipe plan'), pull);
  expect(differs.output).toContain('with.temperature: 10 -> 4');

  execFileSync('sed', ['-i', 's/temperature: 4/temperature: 10/', 'pipelines/consistency.yaml'], { cwd: pull });
  // One bit of what only the middle of the pipeline made: the largest object is images or weights.
  spoil(largestIn(join(pull, 'artifacts/objects')));
  expect((await runStep({ run: proof.run!.replace(' --verify', '') }, pull)).code).toBe(0);
  const spoiled = await runStep(proof, pull);
  expect(spoiled).toMatchObject({ code: 1, output: expect.stringContaining('these results are missing or altered') });

  rmSync(join(pull, 'artifacts/objects'), { recursive: true });
  expect((await runStep(proof, pull)).code).toBe(1);
}, 240_000);
