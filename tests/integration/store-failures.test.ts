import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, existsSync, readdirSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { sha256 } from '../../src/disk/sha256.ts';
import { EnvironmentError } from '../../src/problem/errors.ts';
import { compute, draftOf, keyNamed, publication } from '../contract/store.ts';
import { bundleChild } from '../support/bundle-child.ts';
import { freshDirectory, storeAt } from '../support/fresh-store.ts';
import { startPipe } from '../support/pipe.ts';
import { settledClock } from '../support/settled-clock.ts';

/** A separate file system in memory, or the reason why it is not available. */
function mounted(options: string): { readonly directory: string } | { readonly reason: string } {
  const directory = freshDirectory();
  const mount = spawnSync('mount', ['-t', 'tmpfs', '-o', options, 'tmpfs', directory], { encoding: 'utf8' });
  if (mount.status !== 0) return { reason: mount.error?.message ?? mount.stderr.trim() };
  onTestFinished(() => {
    execFileSync('umount', ['-l', directory]);
  });
  return { directory };
}

const out = { out: { file: 'out.bin', directory: false } };

describe('a full disk', () => {
  test('is reported with a clear message, leaves no lie, and once there is room the same command completes', async (context) => {
    const disk = mounted('size=2m');
    if ('reason' in disk) return context.skip(`no small file system can be mounted here: ${disk.reason}`);
    const directory = join(disk.directory, 'store');
    const store = await storeAt(directory, { clock: settledClock });
    await compute(store, 'a', 'whole');
    const input = join(freshDirectory(), 'input');
    writeFileSync(input, 'an input nobody has looked at yet');
    const ballast = join(disk.directory, 'ballast');
    const draft = await draftOf(store, 'b');
    writeFileSync(draft.outputPath('out', 'out.bin'), Buffer.alloc(500_000, 1));
    fill(ballast);

    const publishing = draft.publish(out, publication('b'));
    await expect(publishing).rejects.toBeInstanceOf(EnvironmentError);
    await expect(publishing).rejects.toThrow(`The disk of ${directory} is full.`);
    await expect(publishing).rejects.toMatchObject({ hint: expect.stringContaining('pipe gc') as string });
    await draft.abandon();
    fill(ballast);
    expect(await store.find(keyNamed('b'))).toEqual({ state: 'miss' });
    expect(await store.fileDigests().digest(input)).toBe(sha256('an input nobody has looked at yet'));
    const reader = await storeAt(directory, { readonly: true });
    expect(await reader.verifyAll()).toMatchObject({ records: 1, damagedObjects: [], refusedRecords: [] });
    expect(await store.find(keyNamed('a'), { verify: true })).toMatchObject({ state: 'hit' });

    rmSync(ballast);
    await compute(store, 'b', 'now');
    expect(await store.verifyAll()).toMatchObject({ records: 2, damagedObjects: [] });
  });

  test('is reported with its folder when a run begins', async (context) => {
    const disk = mounted('size=2m');
    if ('reason' in disk) return context.skip(`no small file system can be mounted here: ${disk.reason}`);
    const directory = join(disk.directory, 'store');
    const store = await storeAt(directory);
    fill(join(disk.directory, 'ballast'));
    await expect(store.runs.start({})).rejects.toThrow(`The disk of ${directory} is full.`);
  });

  test('does not keep a collection from making room', async (context) => {
    const disk = mounted('size=2m');
    if ('reason' in disk) return context.skip(`no small file system can be mounted here: ${disk.reason}`);
    const directory = join(disk.directory, 'store');
    const earlier = await storeAt(directory);
    await compute(earlier, 'a', 'x'.repeat(500_000));
    await earlier.close();
    fill(join(disk.directory, 'ballast'));
    const store = await storeAt(directory);
    await expect(store.hold()).rejects.toThrow('is full');
    expect((await store.collect({ keep: new Set() })).freedBytes).toBe(500_000);
  });

  test('that takes a part of what arrives is reported, and no partial object appears', async (context) => {
    const disk = mounted('size=2m');
    if ('reason' in disk) return context.skip(`no small file system can be mounted here: ${disk.reason}`);
    const store = await storeAt(join(disk.directory, 'store'));
    await store.hold();
    const ballast = join(disk.directory, 'ballast');
    fill(ballast);
    truncateSync(ballast, statSync(ballast).size - 200_000);
    const parts = Array.from({ length: 5 }, (_, index) => Buffer.alloc(60_000, index));
    const digest = sha256(Buffer.concat(parts));
    await expect(store.adoptObject(digest, Readable.from(parts))).rejects.toThrow('is full');
    expect(store.hasObject(digest)).toBe(false);
    rmSync(ballast);
    await store.adoptObject(digest, Readable.from(parts));
    expect(await store.verifyAll()).toMatchObject({ damagedObjects: [] });
    expect(store.hasObject(digest)).toBe(true);
  });
});

function fill(file: string): void {
  for (let block = 1 << 20; block >= 1; block >>= 1) {
    for (;;) {
      try {
        writeFileSync(file, Buffer.alloc(block), { flag: 'a' });
      } catch {
        break;
      }
    }
  }
}

describe('a store that was removed under a run', () => {
  test('is reported with a clear message, and nothing is published', async () => {
    const directory = join(freshDirectory(), 'store');
    const store = await storeAt(directory);
    const draft = await draftOf(store, 'a');
    rmSync(directory, { recursive: true });
    const message = `The artifact store ${directory} was removed while it was in use.`;
    await expect(draft.publish(out, publication('a'))).rejects.toThrow(message);
    await draft.abandon();
    await expect(draftOf(store, 'b')).rejects.toThrow(message);
    expect(existsSync(directory)).toBe(false);
  });

  test('and made again by another does not get half of what the run has', async () => {
    const directory = join(freshDirectory(), 'store');
    const store = await storeAt(directory);
    const draft = await draftOf(store, 'a');
    rmSync(directory, { recursive: true });
    await compute(await storeAt(directory), 'b', 'text');
    await expect(draft.publish(out, publication('a'))).rejects.toThrow('was removed while it was in use');
    expect(await (await storeAt(directory)).find(keyNamed('a'))).toEqual({ state: 'miss' });
  });
});

test('a run whose store is removed reports that, whatever its stage reports, and does not crash', async () => {
  const directory = freshDirectory();
  const marker = join(directory, 'marker');
  const text = `name: removed
stages:
  wait:
    uses: shell
    with: { command: "touch ${marker}; while [ -e ${marker} ]; do :; done; echo 1 > out", outputs: { out: out } }
`;
  writeFileSync(join(directory, 'removed.yaml'), text);
  const { outcome } = startPipe(['run', 'removed.yaml'], { directory });
  while (!existsSync(marker)) await delay(10);
  rmSync(join(directory, 'artifacts'), { recursive: true });
  rmSync(marker);
  const { code, stdout, stderr } = await outcome;
  const sentence = `The artifact store ${join(directory, 'artifacts')} was removed while it was in use.`;
  expect(stdout).toContain(`error: wait: ${sentence}\n`);
  expect({ code, stderr }).toEqual({
    code: 3,
    stderr: `error: ${sentence}\nhint: Run the same command again: it recreates the store and recomputes what was lost.\n`,
  });
  expect(existsSync(join(directory, 'artifacts'))).toBe(false);
});

describe('a store that cannot be written', () => {
  test('because it lies on a read-only file system is refused before anything runs, and can be read', async (context) => {
    const disk = mounted('size=2m');
    if ('reason' in disk) return context.skip(`no file system can be mounted here: ${disk.reason}`);
    const directory = join(disk.directory, 'store');
    const writer = await storeAt(directory);
    const record = await compute(writer, 'a', 'text', { x: 'x' });
    await writer.close();
    execFileSync('mount', ['-o', 'remount,ro', disk.directory]);

    await expect(storeAt(directory)).rejects.toThrow(`The artifacts directory ${directory} is not writable.`);
    const reader = await storeAt(directory, { readonly: true });
    expect(await reader.find(keyNamed('a'), { verify: true })).toEqual({ state: 'hit', record });
    expect(await reader.find(keyNamed('b'))).toEqual({ state: 'miss' });
    expect(await reader.recordsOf('test')).toEqual([record]);
    expect(await reader.open(record.outputs['out']!, 'out.txt')).toContain(record.outputs['out']!.digest);
    expect(await reader.verifyAll()).toMatchObject({ records: 1, damagedObjects: [] });
    const target = freshDirectory();
    await reader.export(record.outputs['tree']!, join(target, 'tree'));
    expect(readdirSync(join(target, 'tree'))).toEqual(['x']);
  });

  test('because a file is in its place is refused', async () => {
    const file = join(freshDirectory(), 'file');
    writeFileSync(file, '');
    await expect(storeAt(join(file, 'store'))).rejects.toThrow(`${file} is not a directory.`);
  });

  describe('because it belongs to another user', () => {
    let child: Awaited<ReturnType<typeof bundleChild>>;
    beforeAll(async () => {
      child = await bundleChild('kill-child');
      chmodSync(join(child.file, '..'), 0o755);
    });
    afterAll(() => child.remove());

    test('is refused', (context) => {
      if (process.getuid?.() !== 0) return context.skip('only root can run a test as another user');
      const directory = freshDirectory();
      chmodSync(directory, 0o755);
      const { status, stderr } = spawnSync(
        process.execPath,
        [child.file, 'compute', join(directory, 'store'), '1', '0', '/dev/null'],
        {
          encoding: 'utf8',
          uid: 65534,
          gid: 65534,
        },
      );
      expect(status).not.toBe(0);
      expect(stderr).toContain(`The artifacts directory ${join(directory, 'store')} is not writable.`);
    });
  });
});
