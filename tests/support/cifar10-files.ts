import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { lcg } from './reference.ts';

/** Images as CIFAR-10's files have them, red, green and blue planes, [N, 3072], with labels [N]. */
export interface Batch {
  readonly planes: Uint8Array;
  readonly labels: Uint8Array;
}

/** A batch of noise. */
export function noiseBatch(images: number, seed: number): Batch {
  const generator = lcg(seed);
  const planes = Uint8Array.from({ length: images * 3072 }, () => generator.next() >>> 24);
  return { planes, labels: Uint8Array.from({ length: images }, () => Math.floor(generator.uniform() * 10)) };
}

/** A file of the binary format. */
export function binaryFile({ planes, labels }: Batch): Buffer {
  const records = [...labels].flatMap((label, record) => [
    Uint8Array.of(label),
    planes.subarray(record * 3072, (record + 1) * 3072),
  ]);
  return Buffer.concat(records);
}

/** A file of the Python format, pickled in the operations and the order of the official ones (protocol 2, Python 2). */
export function pythonFile({ planes, labels }: Batch): Buffer {
  const u32 = (value: number) => {
    const bytes = Buffer.alloc(4);
    bytes.writeInt32LE(value);
    return bytes;
  };
  const text = (value: string) => Buffer.from(`U${String.fromCharCode(value.length)}${value}`, 'latin1');
  const op = (latin1: string) => Buffer.from(latin1, 'latin1');
  const int = (value: number) => Buffer.concat([op('J'), u32(value)]);
  const labelItems = [...labels].map((label) => Buffer.of('K'.charCodeAt(0), label));
  const names = [...labels].map((_, index) => text(`image_${index}.png`));
  return Buffer.concat([
    op('\x80\x02}q\x01('),
    ...[text('batch_label'), op('q\x02'), text('training batch 1 of 5'), op('q\x03')],
    ...[text('labels'), op('q\x04]q\x05('), ...labelItems, op('e')],
    ...[text('data'), op('q\x06cnumpy.core.multiarray\n_reconstruct\nq\x07cnumpy\nndarray\nq\x08K\x00\x85')],
    ...[text('b'), op('\x87Rq\x09(K\x01'), int(labels.length), op('M\x00\x0c\x86cnumpy\ndtype\nq\x0a')],
    ...[text('u1'), op('K\x00K\x01\x87Rq\x0b(K\x03'), text('|'), op('NNN'), int(-1), int(-1), op('K\x00tb')],
    ...[op('\x89T'), u32(planes.length), planes, op('tb')],
    ...[text('filenames'), op('q\x0c]q\x0d('), ...names, op('eu.')],
  ]);
}

/** Writes train batches and a test batch into a new folder. */
export function writeCifar10(
  folder: string,
  format: 'binary' | 'python',
  train: readonly Batch[],
  test: Batch,
): string {
  mkdirSync(folder, { recursive: true });
  const write = (name: string, batch: Batch) =>
    format === 'binary'
      ? writeFileSync(join(folder, `${name}.bin`), binaryFile(batch))
      : writeFileSync(join(folder, name), pythonFile(batch));
  train.forEach((batch, index) => {
    write(`data_batch_${index + 1}`, batch);
  });
  write('test_batch', test);
  return folder;
}
