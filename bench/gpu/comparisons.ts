import { availableParallelism } from 'node:os';
import { delimiter } from 'node:path';
import { fileURLToPath } from 'node:url';
import { xlaEnvironment, xlaOnGpuVariable } from '../../src/compute/xla.ts';
import type { Command } from '../contender.ts';
import { compare, type Outcome, toMarkdown } from '../outcome.ts';
import type { Findings, Part, PartContext } from './part.ts';
import { type Entrant, type Times, takeTurns } from './turns.ts';

/** A process that does the work, by its task, and the aim for its ratio to ours, if there is one. */
interface Side {
  readonly name: string;
  readonly peer: 'ours' | 'torch' | 'jax';
  readonly task: string;
  readonly aim?: number;
  readonly variables?: Readonly<Record<string, string | undefined>>;
}

/** The same work on several sides; the first of a group is the baseline. */
interface Group {
  readonly what: string;
  readonly sides: readonly [Side, ...Side[]];
}

const network = 'ResNet50V2 72x72';

/** Each step is a separate call, as for uncompiled ones. */
const byXla = xlaEnvironment({ [xlaOnGpuVariable]: '1' }, 1);

const narrow: Group = {
  what: `teacher step, ${network}, bfloat16`,
  sides: [
    { name: 'ours, bfloat16', peer: 'ours', task: 'narrow-teacher-step' },
    { name: 'jax.jit, bfloat16', peer: 'jax', task: 'steps:teacher_step_bfloat16', aim: 1 },
    { name: 'torch.compile, autocast', peer: 'torch', task: 'steps:teacher_step_bfloat16_compiled', aim: 1 },
    { name: 'torch.compile, autocast, CUDA graphs', peer: 'torch', task: 'steps:teacher_step_bfloat16_graphs' },
    { name: 'PyTorch, autocast', peer: 'torch', task: 'steps:teacher_step_bfloat16' },
  ],
};

const wide: Group = {
  what: `teacher step, ${network}, float32 (TF32)`,
  sides: [
    { name: 'ours, float32', peer: 'ours', task: 'teacher-step' },
    { name: 'jax.jit, float32', peer: 'jax', task: 'steps:teacher_step', aim: 1 },
    { name: 'torch.compile, float32', peer: 'torch', task: 'steps:teacher_step_compiled', aim: 1 },
    { name: 'PyTorch, float32', peer: 'torch', task: 'steps:teacher_step' },
  ],
};

/** The teacher's step in both precisions against PyTorch and JAX, all in one run. */
export const steps = comparison('steps', 'Training steps', 240, [wide, narrow]);

/** Logits of the network; on our side with batch norm folded into the convolutions. */
export const inference = comparison('inference', 'Inference', 120, [
  {
    what: `inference, ${network}, float32 (TF32)`,
    sides: [
      { name: 'ours', peer: 'ours', task: 'inference' },
      { name: 'jax.jit', peer: 'jax', task: 'steps:inference', aim: 1 },
      { name: 'torch.compile', peer: 'torch', task: 'steps:inference_compiled', aim: 1 },
    ],
  },
]);

/** The same step compiled as a whole, in both precisions, against our own that is not, and JAX's. */
export const compiled = comparison('compiled', 'Training steps compiled by XLA', 420, [
  {
    what: `teacher step, ${network}, bfloat16`,
    sides: [
      { name: 'ours by XLA, bfloat16', peer: 'ours', task: 'narrow-teacher-step', variables: byXla },
      { name: 'ours, bfloat16', peer: 'ours', task: 'narrow-teacher-step' },
      { name: 'jax.jit, bfloat16', peer: 'jax', task: 'steps:teacher_step_bfloat16', aim: 1 },
    ],
  },
  {
    what: `teacher step, ${network}, float32 (TF32)`,
    sides: [
      { name: 'ours by XLA, float32', peer: 'ours', task: 'teacher-step', variables: byXla },
      { name: 'ours, float32', peer: 'ours', task: 'teacher-step' },
      { name: 'jax.jit, float32', peer: 'jax', task: 'steps:teacher_step', aim: 1 },
    ],
  },
]);

/** The cost of a step in addition to its computation: batches fed as they are, or as words that stay on the host; views made meanwhile. */
export const around = comparison('around', 'Around a step', 120, [
  {
    what: 'feeding a batch of views and fetching one number',
    sides: [
      { name: 'float32 (clean views)', peer: 'ours', task: 'feed-float32' },
      { name: 'bytes (noisy views)', peer: 'ours', task: 'feed-uint8' },
    ],
  },
  {
    what: `teacher step, ${network}, float32`,
    sides: [
      { name: 'with views made beside it', peer: 'ours', task: 'teacher-loop' },
      { name: 'the batch at hand', peer: 'ours', task: 'teacher-step' },
    ],
  },
]);

/** Groups whose sides all take turns in one run, so that all numbers of a part are comparable. */
function comparison(name: string, title: string, limit: number, groups: readonly Group[]): Part {
  return {
    name,
    title,
    limit,
    least: 30,
    async run(context) {
      const sides = groups.flatMap((group) => group.sides);
      const times = await takeTurns(
        sides.map((side) => entrant(side, context)),
        context,
      );
      return findings(groups, times, context);
    },
  };
}

function findings(groups: readonly Group[], times: readonly Times[], { sizes }: PartContext): Findings {
  const timesOf = new Map(times.map((each) => [each.name, each]));
  const outcomes: Outcome[] = [];
  const missing: string[] = [];
  for (const { what, sides } of groups) {
    const [first, ...others] = sides.map((side) => ({ ...side, times: timesOf.get(side.name)! }));
    for (const { name, times } of [first!, ...others]) {
      if (times.failure !== undefined) missing.push(`- ${name}: not measured, for ${errorIn(times.failure)}`);
    }
    if (first!.times.failure !== undefined) continue;
    for (const { name, aim = null, times } of others) {
      if (times.failure !== undefined) continue;
      const subject = { what: `${what}, batch ${sizes.batch}: ${first!.name}`, against: name, unit: 'ms', aim };
      outcomes.push(compare({ ...subject, higherIsBetter: false }, first!.times.turns, times.turns));
    }
  }
  const versions = Object.assign({}, ...times.map((each) => each.versions)) as Record<string, string>;
  const named = Object.entries(versions).map((entry) => entry.join(' '));
  const firstSteps = times
    .filter(({ failure }) => failure === undefined)
    .map(({ name, firstSeconds }) => `${name} ${firstSeconds.toFixed(1)} s`);
  return {
    figures: { outcomes: outcomes.map((outcome) => JSON.parse(JSON.stringify(outcome))), missing },
    markdown: [
      ...(outcomes.length > 0 ? [toMarkdown(outcomes)] : []),
      ...missing,
      '',
      `${named.join(', ')}. First steps, with all that is compiled: ${firstSteps.join(', ') || 'none'}.`,
    ],
  };
}

/** The line with the error in a process's last output; the last line if there is none. */
function errorIn(words: string): string {
  const lines = words.trim().split('\n');
  return (lines.find((line) => /^\w*Error\b/u.test(line)) ?? lines.at(-1) ?? '').trim();
}

function entrant({ name, peer, task, variables }: Side, context: PartContext): Entrant {
  return { name, command: { ...command(peer, task, context), environment: environment(peer, context, variables) } };
}

function command(peer: Side['peer'], task: string, { gpu, python, file }: PartContext): Omit<Command, 'environment'> {
  if (peer === 'ours') {
    const worker = fileURLToPath(new URL('./bench-worker.mjs', import.meta.url));
    return { program: process.execPath, arguments: [worker, task, gpu ? 'gpu' : 'cpu'] };
  }
  return { program: python, arguments: [file('bench/peers/worker.py'), task] };
}

function environment(
  peer: Side['peer'],
  { environment: given, gpu, sizes, file }: PartContext,
  variables: Side['variables'],
): Command['environment'] {
  const threads = given['TF_NUM_INTRAOP_THREADS'] ?? String(availableParallelism());
  return {
    ...given,
    BENCH_BATCH: String(sizes.batch),
    TF_NUM_INTRAOP_THREADS: threads,
    OMP_NUM_THREADS: threads,
    // Each takes only the GPU memory that it needs, because all stay loaded.
    TF_FORCE_GPU_ALLOW_GROWTH: 'true',
    XLA_PYTHON_CLIENT_PREALLOCATE: 'false',
    ...(!gpu && { CUDA_VISIBLE_DEVICES: '-1', JAX_PLATFORMS: 'cpu' }),
    ...(peer !== 'ours' && { PYTHONPATH: [file(`bench/${peer}`), file('bench/peers')].join(delimiter) }),
    ...variables,
  };
}
