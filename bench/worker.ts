// Our side of a row: sets up a task, then does as many of its steps as each line of standard input requests.
import { createInterface } from 'node:readline';
import { type OpenOptions, openBackend } from '../src/compute/index.ts';
import type { Engine } from './row.ts';
import { tasks } from './tasks/index.ts';

const [name = '', engine = 'cpu'] = process.argv.slice(2) as [string?, Engine?];
const engines: Readonly<Record<Engine, Pick<OpenOptions, 'backend' | 'build' | 'threads'>>> = {
  cpu: { backend: 'tensorflow', build: 'cpu' },
  gpu: { backend: 'tensorflow', build: 'gpu' },
  'wasm-1': { backend: 'wasm', threads: 1 },
  'wasm-2': { backend: 'wasm', threads: 2 },
  javascript: { backend: 'javascript' },
};
const setUp = tasks[name];
if (!setUp) throw new Error(`there is no task ${name}`);

const versions: Record<string, string> = { 'Node.js': process.versions.node };
const task = await setUp({
  async backend() {
    const backend = await openBackend({ environment: process.env, ...engines[engine] });
    const { backend: library, version } = backend.device;
    versions[library === 'tensorflow' ? 'TensorFlow (ours)' : `TensorFlow.js (${library})`] = version;
    return backend;
  },
  threads: Number(process.env['TF_NUM_INTRAOP_THREADS']) || 1,
  environment: process.env,
});

say({ imagesPerStep: task.imagesPerStep, versions });
for await (const line of createInterface({ input: process.stdin })) {
  const { steps } = JSON.parse(line) as { steps: number };
  await task.drain?.();
  const start = performance.now();
  for (let step = 0; step < steps; step += 1) await task.step();
  const seconds = (performance.now() - start) / 1e3;
  say({ seconds, peakBytes: process.resourceUsage().maxRSS * 1024 });
}

function say(answer: object): void {
  process.stdout.write(`${JSON.stringify(answer)}\n`);
}
