import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Tensor } from '../../../../src/data/files/tensor.ts';
import { openSafetensors, readSafetensors } from '../../../../src/data/safetensors/read.ts';
import { createSafetensors, writeSafetensors } from '../../../../src/data/safetensors/write.ts';
import { EnvironmentError } from '../../../../src/problem/errors.ts';
import { temporaryDirectory } from '../../../support/temporary.ts';

const directory = temporaryDirectory();
let files = 0;
const newPath = () => join(directory, `${files++}.safetensors`);

const ramp = (length: number) => Float32Array.from({ length }, (_, index) => index / 2);

/** A file with this header and so many bytes of zeros behind it. */
async function fileWith(header: unknown, bytes: number): Promise<string> {
  const text = Buffer.from(typeof header === 'string' ? header : JSON.stringify(header));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(text.length));
  const path = newPath();
  await writeFile(path, Buffer.concat([length, text, Buffer.alloc(bytes)]));
  return path;
}

const shapes = fc.array(fc.integer({ min: 0, max: 5 }), { maxLength: 4 });
const tensors: fc.Arbitrary<Tensor> = shapes.chain((shape) => {
  const length = shape.reduce((product, extent) => product * extent, 1);
  const exactly = { minLength: length, maxLength: length };
  const values = fc.oneof(
    fc.array(fc.float(), exactly).map((numbers) => Float32Array.from(numbers)),
    fc.array(fc.nat(255), exactly).map((numbers) => Uint8Array.from(numbers)),
    fc.array(fc.integer(), exactly).map((numbers) => Int32Array.from(numbers)),
    fc
      .array(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), exactly)
      .map((numbers) => BigInt64Array.from(numbers)),
  );
  return values.map((array) => ({ shape, values: array }));
});

describe('a safetensors file', () => {
  test('gives back what was written, whatever the names, shapes and dtypes', async () => {
    const names = fc.string().filter((name) => name !== '__metadata__');
    const file = fc.tuple(
      fc.array(fc.tuple(names, tensors), { maxLength: 5 }),
      fc.dictionary(fc.string(), fc.string()),
    );
    await fc.assert(
      fc.asyncProperty(file, async ([entries, metadata]) => {
        const path = newPath();
        await writeSafetensors(path, new Map(entries), metadata);
        const read = await readSafetensors(path);
        expect(Object.entries(read.metadata).sort()).toEqual(Object.entries(metadata).sort());
        expect(new Map([...read.tensors].sort())).toEqual(new Map([...new Map(entries)].sort()));
      }),
      { numRuns: 60 },
    );
  });

  test('has the same bytes whatever order tensors and rows come in', async () => {
    const a = { shape: [2, 3], values: ramp(6) };
    const b = { shape: [3], values: Uint8Array.of(1, 2, 3) };
    const [first, second] = [newPath(), newPath()];
    await writeSafetensors(
      first,
      new Map<string, Tensor>([
        ['b', b],
        ['a', a],
      ]),
      { y: '1', x: '2' },
    );
    const infos = new Map([
      ['a', { dtype: 'F32', shape: [2, 3] }],
      ['b', { dtype: 'U8', shape: [3] }],
    ] as const);
    const writer = await createSafetensors(second, infos, { x: '2', y: '1' });
    await writer.writeRows('b', 2, b.values.subarray(2));
    await writer.writeRows('a', 1, a.values.subarray(3));
    await writer.writeRows('b', 0, b.values.subarray(0, 2));
    await writer.writeRows('a', 0, a.values.subarray(0, 3));
    await writer.finish();
    expect(await readFile(second)).toEqual(await readFile(first));
  });

  test('is laid out as the format says, values aligned', async () => {
    const path = newPath();
    await writeSafetensors(
      path,
      new Map<string, Tensor>([
        ['labels', { shape: [3], values: Uint8Array.of(7, 8, 9) }],
        ['w', { shape: [1, 2], values: Float32Array.of(1, -2) }],
      ]),
      { made: 'here' },
    );
    const bytes = await readFile(path);
    const header = bytes.subarray(8, 8 + Number(bytes.readBigUInt64LE()));
    expect(header.toString().trimEnd()).toBe(
      '{"__metadata__":{"made":"here"},"w":{"dtype":"F32","shape":[1,2],"data_offsets":[0,8]},"labels":{"dtype":"U8","shape":[3],"data_offsets":[8,11]}}',
    );
    expect((8 + header.length) % 8).toBe(0);
    expect([...bytes.subarray(8 + header.length)]).toEqual([0, 0, 128, 63, 0, 0, 0, 192, 7, 8, 9]);
  });

  test('gives a range of rows, into shared memory when asked', async () => {
    const path = newPath();
    await writeSafetensors(path, new Map([['t', { shape: [4, 2, 3], values: ramp(24) }]]));
    const file = await openSafetensors(path);
    expect(await file.read('t', 'F32', { first: 1, count: 2 })).toEqual(ramp(24).subarray(6, 18));
    const shared = new Float32Array(new SharedArrayBuffer(24));
    await file.read('t', 'F32', { first: 3, count: 1 }, shared);
    expect([...shared]).toEqual([...ramp(24).subarray(18)]);
    await expect(file.read('t', 'F32', { first: 3, count: 2 })).rejects.toThrow(RangeError);
    await file.close();
  });

  test('that was not filled does not count as finished', async () => {
    const writer = await createSafetensors(newPath(), new Map([['t', { dtype: 'F32', shape: [3, 2] }]]));
    await writer.writeRows('t', 0, ramp(2));
    await writer.writeRows('t', 2, ramp(2));
    await expect(writer.finish()).rejects.toThrow('row 1 of t in');
  });

  test('refuses rows that do not fit', async () => {
    const writer = await createSafetensors(newPath(), new Map([['t', { dtype: 'F32', shape: [3, 2] }]]));
    await expect(writer.writeRows('t', 2, ramp(4))).rejects.toThrow(RangeError);
    await expect(writer.writeRows('t', 0, ramp(3))).rejects.toThrow(RangeError);
    await expect(writer.writeRows('u', 0, ramp(2))).rejects.toThrow(RangeError);
    await expect(writer.writeRows('t', 0, new Uint8Array(2))).rejects.toThrow(TypeError);
    await writer.abandon();
  });
});

test('a header may name tensors in any order', async () => {
  const entry = (begin: number, end: number) => ({ dtype: 'U8', shape: [end - begin], data_offsets: [begin, end] });
  const file = await openSafetensors(await fileWith({ b: entry(3, 5), a: entry(0, 3) }, 5));
  expect([...file.tensors.keys()]).toEqual(['a', 'b']);
  await file.close();
});

describe('a safetensors file that is wrong is refused with a message that names its path', () => {
  const entry = (begin: number, end: number, shape = [end - begin], dtype = 'U8') => ({
    dtype,
    shape,
    data_offsets: [begin, end],
  });
  test.each([
    ['holes', { a: entry(0, 2), b: entry(3, 4) }, 4, 'has 1 unused bytes before tensor b'],
    ['overlaps', { a: entry(0, 3), b: entry(2, 4) }, 4, 'has a tensor b that overlaps the one before it'],
    ['a truncated end', { a: entry(0, 8) }, 5, 'is truncated: its header describes'],
    ['a surplus', { a: entry(0, 8) }, 9, 'has bytes after its last tensor'],
    [
      'a size that does not fit',
      { a: entry(0, 8, [2], 'F32'), b: entry(8, 9, [2]) },
      9,
      'gives tensor b 1 bytes, but U8 [2] takes 2',
    ],
    [
      'an unknown dtype',
      { a: entry(0, 2, [1], 'F64') },
      2,
      'has a tensor a of dtype "F64"; known are F32, F16, U8, I32, I64',
    ],
    ['a negative extent', { a: entry(0, 2, [-2]) }, 2, 'has a tensor a of shape [-2]'],
    ['no offsets', { a: { dtype: 'U8', shape: [2] } }, 2, 'has a tensor a with data_offsets undefined'],
    ['an entry that is no object', { a: 3 }, 0, 'does not describe tensor a with a JSON object'],
    ['metadata that is not text', { __metadata__: { a: 1 } }, 0, 'has __metadata__ that does not map text to text'],
    ['a list for a header', [], 0, 'has a safetensors header that is not a JSON object'],
    ['a header that is not JSON', '{', 0, 'has a safetensors header that is not JSON'],
  ])('%s', async (_, header, bytes, sentence) => {
    const path = await fileWith(header, bytes);
    const error = await openSafetensors(path).catch((reason) => reason);
    expect(error).toBeInstanceOf(EnvironmentError);
    expect(error.message).toContain(`${path} ${sentence}`);
  });

  test('a header longer than the file', async () => {
    const path = newPath();
    await writeFile(path, Buffer.from('ffffffffffffffff', 'hex'));
    await expect(openSafetensors(path)).rejects.toThrow(
      'announces a header of 18446744073709551615 bytes, but at most 0 are possible',
    );
    await writeFile(path, 'abc');
    await expect(openSafetensors(path)).rejects.toThrow(`${path} is not a safetensors file: it has 3 bytes.`);
  });

  test('no file, or a directory', async () => {
    await expect(openSafetensors(join(directory, 'none'))).rejects.toThrow('none: there is no such file.');
    await expect(openSafetensors(directory)).rejects.toThrow('it is not a file');
  });

  test('another tensor or dtype than the reader needs', async () => {
    const file = await openSafetensors(await fileWith({ a: entry(0, 2) }, 2));
    await expect(file.read('b', 'U8')).rejects.toThrow('has no tensor b; it has a.');
    await expect(file.read('a', 'F32')).rejects.toThrow('has a tensor a of U8, not of F32.');
    await file.close();
  });

  test('any garbage', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 60 }), async (bytes) => {
        const path = newPath();
        await writeFile(path, bytes);
        await expect(readSafetensors(path)).rejects.toBeInstanceOf(EnvironmentError);
      }),
      { numRuns: 40 },
    );
  });
});

describe('what the format\u2019s own reader refuses is refused', () => {
  const tensor = '{"dtype":"F32","shape":[1],"data_offsets":[0,4]}';
  const of = (offsets: string, shape = '1') => `{"a":{"dtype":"F32","shape":[${shape}],"data_offsets":[${offsets}]}}`;

  // Each was given to the Python package safetensors 0.8, which refuses all but the two that are marked; the specification refuses those.
  test.each([
    ['metadata twice', `{"__metadata__":{"x":"y"},"__metadata__":{"x":"z"},"a":${tensor}}`],
    ['a name of the metadata twice (marked)', `{"__metadata__":{"x":"y","x":"z"},"a":${tensor}}`],
    ['a tensor twice, once with an escape (marked)', `{"a":${tensor},"\\u0061":${tensor}}`],
    ['a field twice', '{"a":{"dtype":"F32","dtype":"F32","shape":[1],"data_offsets":[0,4]}}'],
    ['an offset 4.0', of('0,4.0')],
    ['an offset 4e0', of('0,4e0')],
    ['an offset -0', of('-0,4')],
    ['an offset beyond 64 bits', of('0,18446744073709551616')],
    ['a shape 1.0', of('0,4', '1.0')],
    ['half of a surrogate pair in a name', `{"a\\ud800":${tensor}}`],
    ['half of a surrogate pair in the metadata', `{"__metadata__":{"x":"\\udc00"},"a":${tensor}}`],
    [
      'nesting beyond its reader',
      `{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4],"x":${'['.repeat(200)}${']'.repeat(200)}}}`,
    ],
    ['a byte order mark', `\ufeff{"a":${tensor}}`],
  ])('%s', async (_, header) => {
    await expect(openSafetensors(await fileWith(header, 4))).rejects.toThrow(EnvironmentError);
  });

  test.each([
    ['a size that overflows before its zero', of('0,0', '8589934592,8589934592,0')],
    ['a size in bits that overflows', of('0,0', '4611686018427387904')],
    ['a size that wraps to zero', of('0,0', '4294967296,4294967296')],
  ])('%s', async (_, header) => {
    await expect(openSafetensors(await fileWith(header, 0))).rejects.toThrow(EnvironmentError);
  });

  test.each([
    ['a name', Buffer.concat([Buffer.from('{"a'), Buffer.from([0xff]), Buffer.from(`":${tensor}}`)])],
    [
      'the metadata',
      Buffer.concat([Buffer.from('{"__metadata__":{"x":"'), Buffer.from([0xe9]), Buffer.from(`"},"a":${tensor}}`)]),
    ],
  ])('bytes that are not UTF-8 in %s', async (_, header) => {
    const length = Buffer.alloc(8);
    length.writeBigUInt64LE(BigInt(header.length));
    const path = newPath();
    await writeFile(path, Buffer.concat([length, header, Buffer.alloc(4)]));
    await expect(openSafetensors(path)).rejects.toThrow('is not UTF-8');
  });

  test('what it takes is taken: padding, a whole surrogate pair, unknown fields, a quote in a name', async () => {
    const header = `{"__metadata__":{"x":"{\\"x\\":4.0}"},"\\ud83d\\ude00\\\\\\"":{"dtype":"F32","shape":[1],"data_offsets":[0,4],"x":[{}]}}   `;
    const { tensors } = await readSafetensors(await fileWith(header, 4));
    expect([...tensors.keys()]).toEqual(['😀\\"']);
  });

  test('a message is short, however long a name in the file is', async () => {
    const name = 'x'.repeat(100_000);
    const header = `{"${name}":{"dtype":"${name}","shape":[1],"data_offsets":[0,4]}}`;
    const error: Error = await openSafetensors(await fileWith(header, 4)).catch((reason) => reason);
    expect(error.message.length).toBeLessThan(500);
  });
});
