import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import { systemClock } from '../../../../src/engine/clock.ts';
import { type ProcessIdentity, thisProcess } from '../../../../src/engine/store/index.ts';
import { Layout } from '../../../../src/engine/store/layout.ts';
import { enter, type Presence } from '../../../../src/engine/store/presence.ts';
import { freshDirectory } from '../../../support/fresh-store.ts';

const dead = { ...thisProcess(), pid: 2 ** 22 + 1 };

async function entered(layout: Layout, process: ProcessIdentity = thisProcess()): Promise<Presence> {
  const presence = await enter(layout, { process, clock: systemClock });
  onTestFinished(() => presence.leave());
  return presence;
}

function newLayout(): Layout {
  const root = join(freshDirectory(), 'store');
  mkdirSync(root);
  return new Layout(root);
}

/** A task that runs until it is told to stop. */
function activity() {
  let stop = (): void => {};
  const stopped = new Promise<void>((resolve) => {
    stop = resolve;
  });
  return { stop, run: () => stopped };
}

test('a remover waits until all publishers are done', async () => {
  const layout = newLayout();
  const [one, other] = [await entered(layout), await entered(layout)];
  const publishing = activity();
  const order: string[] = [];
  const published = one.upkeep.share(publishing.run).then(() => order.push('published'));
  const removed = other.upkeep.exclude(async () => order.push('removed'));
  await vi.waitUntil(() => one.locks.holder('upkeep') !== undefined);
  publishing.stop();
  await Promise.all([published, removed]);
  expect(order).toEqual(['published', 'removed']);
});

test('publishers and new processes wait until nobody removes', async () => {
  const layout = newLayout();
  const [one, other] = [await entered(layout), await entered(layout)];
  const removing = activity();
  const order: string[] = [];
  const removed = one.upkeep.exclude(removing.run).then(() => order.push('removed'));
  await Promise.resolve();
  const published = other.upkeep.share(async () => order.push('published'));
  const third = entered(layout).then(() => order.push('entered'));
  const again = other.upkeep.exclude(async () => order.push('removed again'));
  setImmediate(removing.stop);
  await Promise.all([removed, published, third, again]);
  expect(order[0]).toBe('removed');
  expect(order).toHaveLength(4);
});

test('many publish at once', async () => {
  const layout = newLayout();
  const [one, other] = [await entered(layout), await entered(layout)];
  const first = activity();
  const waiting = one.upkeep.share(first.run);
  await other.upkeep.share(async () => first.stop());
  await waiting;
});

test('dead processes block nobody', async () => {
  const layout = newLayout();
  const living = await entered(layout);
  const never = new Promise<void>(() => {});
  const publisher = await entered(layout, dead);
  void publisher.upkeep.share(() => never);
  await living.upkeep.exclude(async () => {});
  const remover = await entered(layout, dead);
  // Its turn comes before the test goes on: one that waited would look for publishers after the store is gone.
  await new Promise<void>((removes) => {
    void remover.upkeep.exclude(() => {
      removes();
      return never;
    });
  });
  await living.upkeep.share(async () => {});
});
