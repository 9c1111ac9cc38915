import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { pack } from 'tar-stream';
import { describe, expect, test } from 'vitest';
import { fetchCifar10 } from '../../../../src/data/cifar10/archive.ts';
import { holdOut } from '../../../../src/data/cifar10/dataset.ts';
import { findCifar10, readCifar10 } from '../../../../src/data/cifar10/folder.ts';
import { readPickle } from '../../../../src/data/cifar10/pickle.ts';
import { parsePython } from '../../../../src/data/cifar10/python-format.ts';
import { EnvironmentError } from '../../../../src/problem/errors.ts';
import { type Batch, binaryFile, noiseBatch, pythonFile, writeCifar10 } from '../../../support/cifar10-files.ts';
import { temporaryDirectory } from '../../../support/temporary.ts';

const root = temporaryDirectory();
let folders = 0;
const newFolder = () => join(root, `${folders++}`);

const train = [noiseBatch(3, 1), noiseBatch(2, 2)];
const tests = noiseBatch(2, 3);
const all = { train: 50_000, test: 10_000 };

/** The value of one colour of one pixel, looked up in the planes. */
function pixel({ planes }: Batch, record: number, y: number, x: number, channel: number): number {
  return planes[record * 3072 + channel * 1024 + y * 32 + x]!;
}

async function failure(action: () => Promise<unknown> | unknown): Promise<EnvironmentError> {
  const error = await Promise.resolve()
    .then(action)
    .catch((reason) => reason);
  expect(error).toBeInstanceOf(EnvironmentError);
  return error as EnvironmentError;
}

test('held-out images are the last of all, none of which is trained on', async () => {
  const { train: images } = await readCifar10(findCifar10(writeCifar10(newFolder(), 'binary', train, tests)), all);
  const held = holdOut(images, 2, { train: 50_000, test: 10_000 });
  expect([...held.train.labels, ...held.test.labels]).toEqual([...images.labels]);
  expect(Buffer.concat([held.train.images, held.test.images])).toEqual(Buffer.from(images.images));
  const fewer = holdOut(images, 2, { train: 1, test: 1 });
  expect([...fewer.train.labels]).toEqual([images.labels[0]]);
  expect([...fewer.test.labels]).toEqual([images.labels[3]]);
  expect(() => holdOut(images, 5, all)).toThrow(RangeError);
});

describe.each(['binary', 'python'] as const)('CIFAR-10 in the %s format', (format) => {
  const suffix = format === 'binary' ? '.bin' : '';

  test('is read in the order of its files, planes turned into pixels', async () => {
    const folder = findCifar10(writeCifar10(newFolder(), format, train, tests));
    expect(folder.format).toBe(format);
    const data = await readCifar10(folder, all);
    expect([...data.train.labels]).toEqual(train.flatMap(({ labels }) => [...labels]));
    expect([...data.test.labels]).toEqual([...tests.labels]);
    expect(data.train.images.length).toBe(5 * 3072);
    const at = (image: number, y: number, x: number, c: number) =>
      data.train.images[((image * 32 + y) * 32 + x) * 3 + c];
    for (const [y, x, c] of [
      [0, 0, 0],
      [0, 0, 2],
      [3, 7, 1],
      [31, 31, 2],
    ] as const) {
      expect(at(1, y, x, c)).toBe(pixel(train[0]!, 1, y, x, c));
      expect(at(4, y, x, c)).toBe(pixel(train[1]!, 1, y, x, c));
    }
  });

  test('gives the first so many images, reading no more files than it needs', async () => {
    const folder = writeCifar10(newFolder(), format, train, tests);
    const found = findCifar10(folder);
    writeFileSync(join(folder, `data_batch_2${suffix}`), 'damaged');
    const data = await readCifar10(found, { train: 2, test: 1 });
    expect([...data.train.labels]).toEqual([...train[0]!.labels.subarray(0, 2)]);
    expect(data.test.images.length).toBe(3072);
  });

  test('is found from the folder above it', () => {
    const above = newFolder();
    const folder = join(above, format === 'binary' ? 'cifar-10-batches-bin' : 'cifar-10-batches-py');
    writeCifar10(folder, format, train, tests);
    expect(findCifar10(above)).toEqual(findCifar10(folder));
  });

  test('with a file missing is refused by the name of the file', async () => {
    const folder = writeCifar10(newFolder(), format, [...train, train[0]!], tests);
    rmSync(join(folder, `data_batch_2${suffix}`));
    expect((await failure(() => findCifar10(folder))).message).toBe(
      `${join(folder, `data_batch_2${suffix}`)} is missing from CIFAR-10.`,
    );
    rmSync(join(writeCifar10(folder, format, train, tests), `test_batch${suffix}`));
    expect((await failure(() => findCifar10(folder))).message).toContain(`test_batch${suffix} is missing`);
  });

  test('of full batches with the last one missing is refused unless fewer images are asked for', async () => {
    const full = { planes: new Uint8Array(10_000 * 3072), labels: new Uint8Array(10_000) };
    const folder = findCifar10(writeCifar10(newFolder(), format, [full], tests));
    const error = await failure(() => readCifar10(folder, all));
    expect(error.message).toMatch(new RegExp(`data_batch_2${suffix} is missing from CIFAR-10\\.$`));
    expect((await readCifar10(folder, { train: 10_000, test: 1 })).train.labels).toEqual(full.labels);
  });

  test('with a wrong label is refused by file and record', async () => {
    const folder = writeCifar10(newFolder(), format, [{ ...train[0]!, labels: Uint8Array.of(0, 9, 10) }], tests);
    const error = await failure(() => readCifar10(findCifar10(folder), all));
    expect(error.message).toContain(join(folder, `data_batch_1${suffix}`));
    expect(error.message).toContain('has the label 10 in record 2');
  });

  test('cut short anywhere is refused', async () => {
    const whole = format === 'binary' ? binaryFile(train[0]!) : pythonFile(train[0]!);
    const folder = writeCifar10(newFolder(), format, train, tests);
    await fc.assert(
      fc.asyncProperty(fc.nat(whole.length - 1), async (length) => {
        fc.pre(format === 'python' || length % 3073 !== 0 || length === 0);
        writeFileSync(join(folder, `data_batch_1${suffix}`), whole.subarray(0, length));
        await failure(() => readCifar10(findCifar10(folder), all));
      }),
      { numRuns: 30 },
    );
  });
});

test('a folder without CIFAR-10, or no folder, is said to be so', async () => {
  const empty = newFolder();
  mkdirSync(empty);
  expect((await failure(() => findCifar10(empty))).message).toBe(`${empty} does not contain CIFAR-10.`);
  expect((await failure(() => findCifar10(join(empty, 'no')))).message).toContain('There is no folder');
});

test('a binary file cut short says where', async () => {
  const folder = writeCifar10(newFolder(), 'binary', train, tests);
  truncateSync(join(folder, 'data_batch_1.bin'), 3073 * 2 + 5);
  const error = await failure(() => readCifar10(findCifar10(folder), all));
  expect(error.message).toContain(
    'is cut short in record 2: it has 6151 bytes, which are 2 records of 3073 and 5 more',
  );
});

describe('a pickle', () => {
  test.each([
    ['code', 'cos\nsystem\nU\x04trueR.', 'uses os system at byte 11, which files of CIFAR-10 never use'],
    ['an instance', '(ios\nsystem\n.', 'has the operation 0x69 at byte 1'],
    ['a call of what is no function', 'NNR.', 'calls at byte 3 something that files'],
    ['a state of what is no array', ']Nb.', 'restores at byte 3 something that files'],
    ['a dtype of no name', 'cnumpy\ndtype\nNR.', 'calls at byte 15 something that files'],
    ['a value that is missing', '.', 'needs a value at byte 1'],
    ['a mark that is missing', 'Nt.', 'needs a mark at byte 2'],
    ['a memory that is missing', 'h\x05.', 'refers at byte 2 to a value'],
    ['a key that is no text', '}KKNs.', 'has a name that is not text'],
    ['an appending to no list', 'NNa.', 'appends at byte 3'],
    ['an assignment to no dictionary', 'NNNs.', 'sets at byte 4'],
    ['no end', 'N', 'ends at byte 1'],
  ])('with %s is refused', (_, pickle, sentence) => {
    expect(() => readPickle(Buffer.from(pickle, 'latin1'))).toThrow(sentence);
    expect(() => readPickle(Buffer.from(pickle, 'latin1'))).toThrow(RangeError);
  });

  test.each(['shape', 'label'])(
    'whose %s is lists that hold one another 2^60 times is refused with a short message',
    (where) => {
      // A tuple of a list and, sixty times, a new list to which the last one is appended twice.
      const nested = Buffer.concat([
        Buffer.from('(]q\0', 'latin1'),
        ...Array.from({ length: 60 }, (_, at) => Buffer.from([93, 113, at + 1, 104, at, 97, 104, at, 97])),
        Buffer.from('t'),
      ]);
      const none = Buffer.from('cnumpy.core.multiarray\n_reconstruct\n)R', 'latin1');
      const dtype = Buffer.from('cnumpy\ndtype\n(X\x02\0\0\0u1tR', 'latin1');
      const tuple = (shape: Buffer) =>
        Buffer.concat([
          Buffer.from('(K\x01', 'latin1'),
          shape,
          dtype,
          Buffer.from('\x89B\0\x0c\0\0', 'latin1'),
          Buffer.alloc(3072),
          Buffer.from('t'),
        ]);
      const [shape, label] =
        where === 'shape' ? [nested, Buffer.from('K\x01')] : [Buffer.from('(K\x01M\0\x0ct', 'latin1'), nested];
      const array = Buffer.concat([none, tuple(shape), Buffer.from('b')]);
      const labels = Buffer.concat([Buffer.from(']', 'latin1'), label, Buffer.from('a')]);
      const bytes = Buffer.concat([
        Buffer.from('\x80\x02}(X\x04\0\0\0data', 'latin1'),
        array,
        Buffer.from('X\x06\0\0\0labels', 'latin1'),
        labels,
        Buffer.from('u.'),
      ]);
      const read = () => parsePython('batch', bytes);
      expect(read).toThrow(
        where === 'shape'
          ? /^batch contains images of u1 \[something/u
          : /^batch has the label something that is not a number/u,
      );
      try {
        read();
      } catch (error) {
        expect((error as Error).message.length).toBeLessThan(500);
      }
    },
  );

  test('of any bytes gives a value or a RangeError, nothing else', () => {
    const opcodes = [...'(NKMJUTCBX)]}\x85\x86\x87taesuqrhjcRb.\x80\x88\x89'].map((char) => char.charCodeAt(0));
    const bytes = fc.array(fc.oneof(fc.constantFrom(...opcodes), fc.nat(3)), { maxLength: 30 });
    fc.assert(
      fc.property(bytes, (list) => {
        try {
          readPickle(Uint8Array.from(list));
        } catch (error) {
          expect(error).toBeInstanceOf(RangeError);
        }
      }),
      { numRuns: 3000 },
    );
  });
});

describe('the archive', () => {
  async function serve(files: Readonly<Record<string, Buffer>>) {
    const tar = pack();
    for (const [name, content] of Object.entries(files)) tar.entry({ name }, content);
    tar.finalize();
    const content = gzipSync(await buffer(tar));
    const server = createServer((_, response) => response.end(content));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/cifar-10-binary.tar.gz`;
    const sha256 = createHash('sha256').update(content).digest('hex');
    return { archive: { url, sha256, bytes: content.length }, close: () => server.close() };
  }

  const batches = {
    'cifar-10-batches-bin/data_batch_1.bin': binaryFile(train[0]!),
    'cifar-10-batches-bin/test_batch.bin': binaryFile(tests),
  };

  test('is fetched once, unpacked, and read', async () => {
    const { archive, close } = await serve({
      ...batches,
      '../outside.bin': Buffer.from('no'),
      'other/x.bin': Buffer.from('no'),
    });
    const cache = newFolder();
    const progress: number[] = [];
    const folder = await fetchCifar10(cache, { archive, onProgress: (bytes) => progress.push(bytes) });
    close();
    expect(progress.at(-1)).toBe(archive.bytes);
    const data = await readCifar10(findCifar10(folder), all);
    expect([...data.train.labels]).toEqual([...train[0]!.labels]);
    expect(readdirSync(cache)).toEqual(['cifar-10-batches-bin']);
    expect(existsSync(join(root, 'outside.bin'))).toBe(false);
    expect(await fetchCifar10(cache, { archive })).toBe(folder);
  });

  test('of something else is refused, and nothing is left', async () => {
    const { archive, close } = await serve({ 'other/x.bin': Buffer.from('no') });
    const cache = newFolder();
    const error = await failure(() => fetchCifar10(cache, { archive }));
    close();
    expect(error.message).toContain('contains no cifar-10-batches-bin');
    expect(existsSync(join(cache, 'cifar-10-batches-bin'))).toBe(false);
  });

  test('with a wrong checksum is refused', async () => {
    const { archive, close } = await serve(batches);
    const error = await failure(() => fetchCifar10(newFolder(), { archive: { ...archive, sha256: '0'.repeat(64) } }));
    close();
    expect(error.message).toContain('its sha256 is not');
  });
});

const real = process.env['CIFAR10_DIR'];
test.skipIf(!real)(`the images of CIFAR10_DIR${real ? '' : ' (skipped: the variable is not set)'}`, async () => {
  const data = await readCifar10(findCifar10(real!), { train: 50_000, test: 10_000 });
  for (const { images, labels } of [data.train, data.test]) {
    expect(images.length).toBe(labels.length * 3072);
    const counts = new Array<number>(10).fill(0);
    for (const label of labels) counts[label]!++;
    expect(Math.min(...counts)).toBe(labels.length / 10);
  }
});
