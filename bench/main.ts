// Compares pipe with Keras, PyTorch and itself, and prints ratios.
import { writeFile } from 'node:fs/promises';
import { delimiter } from 'node:path';
import { fileURLToPath } from 'node:url';
import { kerasPackages } from '../keras/packages.ts';
import { type Python, pythonWith } from '../python/environment.ts';
import { positiveInteger } from '../src/cli/options.ts';
import type { Command as ChildCommand } from './contender.ts';
import { describeMachine, headLine } from './machine.ts';
import { measure } from './measure.ts';
import { benchCommand, chosenBy, jsonOption, onlyOption } from './options.ts';
import { type Outcome, outcomeOf, type Skipped, toLine, toMarkdown } from './outcome.ts';
import type { Engine, Peer, Row } from './row.ts';
import { rows } from './rows/index.ts';

interface Options {
  readonly json?: string;
  readonly markdown: boolean;
  readonly only?: RegExp;
  readonly rounds?: number;
  readonly steps?: number;
  readonly gpu: boolean;
  readonly torch: boolean;
}

const options = benchCommand(
  'bench',
  'Measure this program against Keras, PyTorch and itself, side by side, and print ratios.',
)
  .addOption(jsonOption('rows'))
  .option('--markdown', 'print a Markdown table at the end', false)
  .addOption(onlyOption())
  .option('--rounds <n>', 'pairs of turns of every row', positiveInteger)
  .option('--steps <n>', 'steps of every turn; no more of them for warming up', positiveInteger)
  .option('--gpu', 'on the GPU', false)
  .option('--torch', 'against PyTorch, too, which is installed once', false)
  .parse()
  .opts<Options>();
const chosen = chosenRows();

const machine = describeMachine(options.gpu);
const environment = {
  ...process.env,
  TF_CPP_MIN_LOG_LEVEL: '3',
  TF_NUM_INTRAOP_THREADS: process.env['TF_NUM_INTRAOP_THREADS'] ?? String(machine.cores),
  // Set for both sides; otherwise each would choose its own.
  TF_NUM_INTEROP_THREADS: process.env['TF_NUM_INTEROP_THREADS'] ?? String(machine.cores),
  OMP_NUM_THREADS: process.env['TF_NUM_INTRAOP_THREADS'] ?? String(machine.cores),
  TF_FORCE_GPU_ALLOW_GROWTH: 'true',
  ...(!options.gpu && { CUDA_VISIBLE_DEVICES: '-1' }),
};

/** A file of the checkout: this code is bundled in `dist`. */
const file = (name: string) => fileURLToPath(new URL(`../${name}`, import.meta.url));

const packages = {
  keras: kerasPackages(file, options.gpu ? 'gpu' : 'cpu'),
  torch: { name: 'PyTorch', folder: 'torch', requirements: file('bench/torch/requirements.txt'), gigabytes: 7 },
} as const;

const pythons = new Map<Peer, Promise<Python>>();

function pythonOf(peer: keyof typeof packages): Promise<Python> {
  if (peer === 'torch' && !options.torch) return Promise.resolve({ missing: 'it is taken with --torch only' });
  const python = pythons.get(peer) ?? pythonWith(packages[peer], process.env);
  pythons.set(peer, python);
  return python;
}

function ourCommand(task: string, engine: Engine = options.gpu ? 'gpu' : 'cpu'): ChildCommand {
  const worker = fileURLToPath(new URL('./bench-worker.mjs', import.meta.url));
  return { program: process.execPath, arguments: [worker, task, engine], environment };
}

async function theirCommand({ peer, theirs, engines }: Row): Promise<ChildCommand | { missing: string }> {
  if (peer === 'ourselves') return ourCommand(theirs, engines?.theirs);
  const found = await pythonOf(peer);
  if ('missing' in found) return found;
  // The worker finds the peer's tasks there; processes started by these find the worker's modules.
  const path = { PYTHONPATH: [file(`bench/${peer}`), file('bench/peers'), file('keras')].join(delimiter) };
  return {
    program: found.program,
    arguments: [file('bench/peers/worker.py'), theirs],
    environment: { ...environment, ...path },
  };
}

function chosenRows(): readonly Row[] {
  const { rounds, steps } = options;
  const possible = rows.filter(({ cpuOnly }) => !(options.gpu && cpuOnly));
  const wanted = chosenBy(options.only, possible);
  const found = possible.filter(({ what, against }) => wanted(what, against));
  return found.map((row) => ({
    ...row,
    ...(rounds && { rounds }),
    ...(steps && { steps, warmUp: Math.min(row.warmUp, steps) }),
  }));
}

const outcomes: Outcome[] = [];
const skipped: Skipped[] = [];
const versions: Record<string, string> = {};
console.log(`${headLine(machine)}\n`);
for (const row of chosen) {
  const theirs = await theirCommand(row);
  if ('missing' in theirs) {
    skipped.push({ row, reason: theirs.missing });
    console.log(`${row.what}\n  against ${row.against}: skipped, for ${theirs.missing}`);
    continue;
  }
  try {
    const measurement = await measure(row, { ours: ourCommand(row.ours, row.engines?.ours), theirs });
    Object.assign(versions, measurement.versions);
    const outcome = outcomeOf(measurement);
    outcomes.push(outcome);
    console.log(toLine(outcome));
  } catch (error) {
    // A failed row does not stop the others, but the bench fails with it.
    const reason = error instanceof Error ? error.message : String(error);
    skipped.push({ row, reason });
    process.exitCode = 1;
    console.log(`${row.what}\n  against ${row.against}: failed, for ${reason}`);
  }
}
const versionLine = Object.entries(versions)
  .map((entry) => entry.join(' '))
  .join(', ');
console.log(
  `\n${versionLine}; ${environment.TF_NUM_INTRAOP_THREADS} threads each; ${Math.round(performance.now() / 1e3)} s`,
);
if (options.markdown) console.log(`\n${toMarkdown(outcomes)}`);
if (options.json) {
  const skips = skipped.map(({ row: { what, against }, reason }) => ({ what, against, reason }));
  await writeFile(options.json, `${JSON.stringify({ machine, versions, rows: outcomes, skipped: skips }, null, 2)}\n`);
}
