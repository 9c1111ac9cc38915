// A separate process for tests of many processes on one store: `node kill-child.mjs COMMAND DIRECTORY …`.

import { fileSystemCalls, killAt } from './kill-points.ts';

// The store is imported after the code that counts its calls.

import { systemClock } from '../../src/engine/clock.ts';
import { type LocalStore, openStore, thisProcess } from '../../src/engine/store/index.ts';
import { note, perform, works } from './store-workload.ts';

/** Collects, publishes, publishes again, reads: whatever changes a store. */
async function cycle(store: LocalStore): Promise<void> {
  const [first, second, third] = works(3);
  await store.collect({ keep: new Set() });
  for (const work of [first!, second!, third!]) await perform(store, work);
  const record = await perform(store, first!, { force: true });
  await store.find(first!.key, { verify: true });
  await store.open(record.outputs['images']!, 'images');
  await store.open(record.outputs['weights']!, 'weights.bin');
  await (await store.runs.start({ pipeline: 'cycle' })).finish({ ran: 4 });
  await store.collect({ keep: new Set([second!.key]) });
}

const commands: Readonly<Record<string, (store: LocalStore, rest: readonly string[]) => Promise<void>>> = {
  /** Goes through a cycle, and is killed at the given call of the file system. */
  async cycle(store, [call]) {
    killAt(Number(call));
    await cycle(store);
    await store.close();
    process.stdout.write(`${fileSystemCalls()}\n`);
  },
  /** Goes through cycles until it is killed. */
  async forever(store) {
    process.stdout.write('ready\n');
    for (;;) await cycle(store);
  },
  /** Claims a key and keeps it until it is killed. */
  async hold(store, [key]) {
    await store.begin(key!, { onWait: () => {}, signal: new AbortController().signal });
    process.stdout.write('held\n');
    setInterval(() => {}, 60_000);
  },
  /** Computes or reuses a number of stages, starting at another one than its neighbours, and notes each that it computed. */
  async compute(store, [count, offset, log]) {
    const all = works(Number(count));
    const start = Number(offset) % all.length;
    for (const work of [...all.slice(start), ...all.slice(0, start)]) {
      const record = await perform(store, work, { onCompute: () => note(log!, work.name) });
      process.stdout.write(`${work.name} ${record.outputs['weights']!.digest}\n`);
    }
    await store.close();
  },
};

const [command, directory, ...rest] = process.argv.slice(2);
await commands[command!]!(await openStore({ directory: directory!, clock: systemClock, process: thisProcess() }), rest);
