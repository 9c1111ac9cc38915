import type { Engine, Row } from '../row.ts';

const work = [
  { what: 'training step', task: 'quick-step' },
  { what: 'inference', task: 'quick-inference' },
] as const;

/** Pairs of backends, the minimum ratio of their speeds, and the number of steps per turn. */
const pairs: readonly { ours: Engine; theirs: Engine; aim: number; steps: number }[] = [
  { ours: 'wasm-1', theirs: 'cpu', aim: 0.15, steps: 10 },
  { ours: 'wasm-2', theirs: 'cpu', aim: 0.2, steps: 10 },
  { ours: 'wasm-2', theirs: 'javascript', aim: 5, steps: 2 },
];

const names: Readonly<Record<Engine, string>> = {
  cpu: 'native TensorFlow',
  gpu: 'native TensorFlow on a GPU',
  'wasm-1': 'WebAssembly, one thread',
  'wasm-2': 'WebAssembly, two threads',
  javascript: 'plain JavaScript',
};

/** Portable backends against the installed one. */
export const backends: readonly Row[] = work.flatMap(({ what, task }) =>
  pairs.map(({ ours, theirs, aim, steps }) => ({
    what: `backends: ${what}, small network of quick.yaml, 32x32, batch 32, ${names[ours]}`,
    against: names[theirs],
    peer: 'ourselves',
    quantity: 'images a second',
    aim,
    ours: task,
    theirs: task,
    engines: { ours, theirs },
    warmUp: 2,
    steps,
    rounds: 5,
    cpuOnly: true,
  })),
);
