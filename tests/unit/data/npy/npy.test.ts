import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { openNpy, readNpy } from '../../../../src/data/npy/read.ts';
import { createNpy, writeNpy } from '../../../../src/data/npy/write.ts';
import { EnvironmentError } from '../../../../src/problem/errors.ts';
import { temporaryDirectory } from '../../../support/temporary.ts';

const directory = temporaryDirectory();
let files = 0;
const newPath = () => join(directory, `${files++}.npy`);

/** An .npy file with this version, dictionary and content. */
async function fileWith(version: number, dictionary: string, content: Uint8Array): Promise<string> {
  const length = version === 1 ? Buffer.alloc(2) : Buffer.alloc(4);
  if (version === 1) length.writeUInt16LE(dictionary.length);
  else length.writeUInt32LE(dictionary.length);
  const path = newPath();
  const head = Buffer.from(`\x93NUMPY${String.fromCharCode(version)}\0`, 'latin1');
  await writeFile(path, Buffer.concat([head, length, Buffer.from(dictionary), content]));
  return path;
}

describe('an .npy file', () => {
  test('gives back what was written', async () => {
    const shapes = fc.array(fc.integer({ min: 0, max: 6 }), { maxLength: 4 });
    await fc.assert(
      fc.asyncProperty(shapes, fc.constantFrom(Float32Array, Uint8Array, Int32Array), async (shape, Numbers) => {
        const length = shape.reduce((product, extent) => product * extent, 1);
        const values = new Numbers(Array.from({ length }, (_, index) => index * 3));
        const path = newPath();
        await writeNpy(path, { shape, values });
        expect(await readNpy(path)).toEqual({ shape, values });
      }),
      { numRuns: 40 },
    );
    const labels = { shape: [2], values: BigInt64Array.of(-1n, 2n ** 62n) };
    const path = newPath();
    await writeNpy(path, labels);
    expect(await readNpy(path)).toEqual(labels);
  });

  test('begins as NumPy begins it', async () => {
    const path = newPath();
    await writeNpy(path, { shape: [3], values: Uint8Array.of(1, 2, 3) });
    const bytes = await readFile(path);
    expect(bytes.length).toBe(131);
    expect(bytes.subarray(0, 10).toString('hex')).toBe('934e554d5059010076' + '00');
    expect(bytes.subarray(10, 128).toString()).toBe(
      `${"{'descr': '|u1', 'fortran_order': False, 'shape': (3,), }".padEnd(117)}\n`,
    );
  });

  test.each([1, 2, 3])('is read in format %i', async (version) => {
    const path = await fileWith(
      version,
      "{'descr': '|u1', 'fortran_order': False, 'shape': (2, 2), }",
      Uint8Array.of(1, 2, 3, 4),
    );
    expect(await readNpy(path)).toEqual({ shape: [2, 2], values: Uint8Array.of(1, 2, 3, 4) });
  });

  test.each([2, 3])('may have a header beyond 65,535 bytes in format %i', async (version) => {
    const dictionary = "{'descr': '|u1', 'fortran_order': False, 'shape': (2,), }".padEnd(70_000);
    const path = await fileWith(version, dictionary, Uint8Array.of(1, 2));
    expect(await readNpy(path)).toEqual({ shape: [2], values: Uint8Array.of(1, 2) });
  });

  test('is written and read row range by row range', async () => {
    const path = newPath();
    const writer = await createNpy(path, { dtype: 'U8', shape: [4, 2] });
    await writer.writeRows(2, Uint8Array.of(5, 6, 7, 8));
    await writer.writeRows(0, Uint8Array.of(1, 2, 3, 4));
    await writer.finish();
    const file = await openNpy(path);
    expect([...(await file.read('U8', { first: 1, count: 2 }))]).toEqual([3, 4, 5, 6]);
    await expect(file.read('F32')).rejects.toThrow('contains values of U8, not of F32.');
    await file.close();
  });
});

describe('an .npy file that is wrong is refused with a message that names its path', () => {
  const bytes = new Uint8Array(4);
  test.each([
    ['another magic', 9, '', 'is an .npy file of format 9; known are 1, 2 and 3'],
    [
      'Fortran order',
      1,
      "{'descr': '|u1', 'fortran_order': True, 'shape': (2, 2)}",
      'is in Fortran order; only C order is read',
    ],
    [
      'an unknown dtype',
      1,
      "{'descr': '<f8', 'fortran_order': False, 'shape': (2, 2)}",
      'contains values of type <f8; known are <f4, <f2, |u1, <i4, <i8',
    ],
    [
      'no shape',
      1,
      "{'descr': '|u1', 'fortran_order': False}",
      'has an .npy header without descr, fortran_order or shape',
    ],
    [
      'a truncated end',
      1,
      "{'descr': '|u1', 'fortran_order': False, 'shape': (5,)}",
      'is truncated: |u1 [5] makes 70 bytes, it has 69',
    ],
    ['a surplus', 1, "{'descr': '|u1', 'fortran_order': False, 'shape': (3,)}", 'has bytes after its last value'],
  ])('%s', async (_, version, dictionary, sentence) => {
    const path = await fileWith(version, dictionary, bytes);
    const error = await openNpy(path).catch((reason) => reason);
    expect(error).toBeInstanceOf(EnvironmentError);
    expect(error.message).toContain(`${path} ${sentence}`);
  });

  test('a header longer than the file; too short a file; another kind of file', async () => {
    const path = newPath();
    await writeFile(path, Buffer.from('\x93NUMPY\x01\0\xff\xff\0\0\0\0', 'latin1'));
    await expect(openNpy(path)).rejects.toThrow('announces an .npy header of 65535 bytes, but only 4 follow');
    await writeFile(path, 'abc');
    await expect(openNpy(path)).rejects.toThrow('is not an .npy file: it has 3 bytes');
    await writeFile(path, 'a text of more than twelve bytes');
    await expect(openNpy(path)).rejects.toThrow(`${path} is not an .npy file.`);
  });
});

describe('an .npy header made to be long', () => {
  test.each([
    ['of two megabytes', 2, `{'descr': '|u1', 'fortran_order': False, 'shape': (1,), }${' '.repeat(2_000_000)}`],
    ['without what it needs', 1, 'x'.repeat(60_000)],
    ['with a long type', 1, `{'descr': '${'x'.repeat(60_000)}', 'fortran_order': False, 'shape': (1,), }`],
    ['with many extents', 1, `{'descr': '|u1', 'fortran_order': False, 'shape': (${'1,'.repeat(20_000)}2), }`],
    [
      'with an extent of many digits',
      1,
      `{'descr': '|u1', 'fortran_order': False, 'shape': (0, ${'9'.repeat(50_000)}), }`,
    ],
  ])('%s is refused with a short message', async (_, version, dictionary) => {
    const error: Error = await openNpy(await fileWith(version, dictionary, Buffer.alloc(1))).catch((reason) => reason);
    expect(error).toBeInstanceOf(EnvironmentError);
    expect(error.message.length).toBeLessThan(500);
  });
});
