import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  readdirSync,
  readFileSync,
  renameSync,
  statfsSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { DigestCache } from '../../../src/disk/digest-cache.ts';
import { stateOf } from '../../../src/disk/file-state.ts';
import { sha256 } from '../../../src/disk/sha256.ts';
import { systemClock } from '../../../src/engine/clock.ts';
import { FileDigests } from '../../../src/engine/file-digests.ts';
import { EnvironmentError } from '../../../src/problem/errors.ts';
import { freshDirectory } from '../../support/fresh-store.ts';
import { makePipe } from '../../support/named-pipe.ts';
import { settledClock } from '../../support/settled-clock.ts';

/** What the table says a file's digest is, so that a test can tell remembering from reading. */
const FALSE_DIGEST = 'f'.repeat(64);

/** A file whose digest is remembered wrongly, in a folder of digests. */
function misremembered(clock = settledClock) {
  const directory = freshDirectory();
  const file = join(directory, 'input "1".csv');
  writeFileSync(file, 'abc');
  const folder = join(directory, 'digests');
  const cache = new DigestCache(folder, clock);
  cache.keep();
  cache.remember(file, stateOf(file)!, FALSE_DIGEST);
  return { file, folder };
}

describe('the digest of a file outside the store', () => {
  test('is the sha256 of its bytes, small or large', async () => {
    const directory = freshDirectory();
    const digests = new FileDigests(join(directory, 'digests'), systemClock);
    for (const bytes of [0, 1, 256 * 1024, 256 * 1024 + 1, 4 * 1024 * 1024, 9_000_001]) {
      const content = Buffer.alloc(bytes, 'some bytes, ');
      writeFileSync(join(directory, 'file'), content);
      expect(await digests.digest(join(directory, 'file'))).toBe(sha256(content));
    }
  });

  test('is remembered by later processes, without reading the file', async () => {
    const { file, folder } = misremembered();
    expect(await new FileDigests(folder, settledClock).digest(file)).toBe(FALSE_DIGEST);
    expect(await new FileDigests(folder, settledClock).digest(file)).toBe(FALSE_DIGEST);
  });

  test('is not remembered where the file was written a moment ago, and may be again without its times showing it', async () => {
    const { file, folder } = misremembered(systemClock);
    expect(await new FileDigests(folder, settledClock).digest(file)).toBe(sha256('abc'));
  });

  test.each([
    ['written to', (file: string) => writeFileSync(file, 'abd')],
    ['touched', (file: string) => utimesSync(file, 1, 1)],
    [
      'replaced by another with the same times',
      (file: string) => {
        const { atime, mtime } = statSync(file);
        writeFileSync(`${file}.new`, 'abd');
        utimesSync(`${file}.new`, atime, mtime);
        renameSync(`${file}.new`, file);
      },
    ],
  ])('is computed again when the file was %s', async (_, change) => {
    const { file, folder } = misremembered();
    change(file);
    const digest = await new FileDigests(folder, settledClock).digest(file);
    expect(digest).not.toBe(FALSE_DIGEST);
    expect([sha256('abc'), sha256('abd')]).toContain(digest);
  });

  test('that a link leads to is that of the file', async () => {
    const { file, folder } = misremembered();
    const link = join(freshDirectory(), 'link');
    symlinkSync(file, link);
    expect(await new FileDigests(folder, settledClock).digest(link)).toBe(sha256('abc'));
  });

  test('is refused with a message where there is no file to read', async () => {
    const directory = freshDirectory();
    const digests = new FileDigests(join(directory, 'digests'), systemClock);
    const missing = digests.digest(join(directory, 'missing'));
    await expect(missing).rejects.toThrow(`There is no file ${join(directory, 'missing')}.`);
    await expect(missing).rejects.toBeInstanceOf(EnvironmentError);
    await expect(digests.digest(directory)).rejects.toThrow(`${directory} is a directory, not a file.`);
  });

  test('needs no folder that is there, and writes none before it is told to keep what it knows', async () => {
    const { file } = misremembered();
    const folder = join(freshDirectory(), 'nowhere');
    const digests = new FileDigests(folder, settledClock);
    expect(await digests.digest(file)).toBe(sha256('abc'));
    expect(readdirSync(join(folder, '..'))).toEqual([]);
    digests.keep();
    expect(readdirSync(folder)).toHaveLength(1);
  });

  test('of a named pipe or a device is refused, and nobody waits for it', async (context) => {
    const directory = freshDirectory();
    const digests = new FileDigests(join(directory, 'digests'), systemClock);
    await expect(digests.digest('/dev/zero')).rejects.toThrow('/dev/zero is not a regular file.');
    const refusal = makePipe(join(directory, 'pipe'));
    if (refusal !== undefined) return context.skip(refusal);
    await expect(digests.digest(join(directory, 'pipe'))).rejects.toThrow('pipe is not a regular file.');
  });
});

test('a write through a mapping that another process made before the file was hashed is seen', async (context) => {
  const directory = freshDirectory();
  // There a write through a mapping never changes a file's times.
  if (statfsSync(directory).type === TMPFS) return context.skip(`${directory} lies on tmpfs`);
  const file = join(directory, 'file');
  writeFileSync(file, 'abcd'.repeat(1024));
  const mapper = spawn('python3', ['-c', MAPPER, file], { stdio: ['pipe', 'pipe', 'ignore'] });
  const failed = once(mapper, 'error').then(() => 'no python3 can be started here');
  onTestFinished(() => void mapper.kill());
  const written = () => Promise.race([once(mapper.stdout, 'data').then(() => undefined), failed]);
  const refusal = await written();
  if (refusal !== undefined) return context.skip(refusal);
  const digests = new FileDigests(join(directory, 'digests'), settledClock);
  expect(await digests.digest(file)).toBe(sha256(readFileSync(file)));
  mapper.stdin.write('\n');
  await written();
  expect(readFileSync(file, 'latin1').startsWith('2')).toBe(true);
  expect(await digests.digest(file)).toBe(sha256(readFileSync(file)));
});

/** statfs(2): f_type. */
const TMPFS = 0x0102_1994;

/** Maps the file and writes to its first page, at once and again for each line that it is sent. */
const MAPPER = `
import mmap, sys
with open(sys.argv[1], 'r+b') as file:
    memory = mmap.mmap(file.fileno(), 0)
    for count in range(1, 10):
        memory[0:1] = str(count).encode()
        print(count, flush=True)
        if not sys.stdin.readline(): break
`;

describe('the version of a file', () => {
  test('is that of the moment its digest was asked for, and tells it from the same bytes put back', async () => {
    const directory = freshDirectory();
    const file = join(directory, 'file');
    writeFileSync(file, 'abc');
    const digests = new FileDigests(join(directory, 'digests'), systemClock);
    expect(digests.version(file)).toBeUndefined();
    const digest = await digests.digest(file);
    const version = digests.version(file);
    const { atime, mtime } = statSync(file);
    writeFileSync(file, 'abd');
    expect(digests.version(file)).toBe(version);
    writeFileSync(file, 'abc');
    utimesSync(file, atime, mtime);
    expect(await digests.digest(file)).toBe(digest);
    expect(digests.version(file)).not.toBe(version);
  });
});
