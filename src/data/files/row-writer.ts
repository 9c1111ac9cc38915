import { type FileHandle, open } from 'node:fs/promises';
import { EnvironmentError } from '../../problem/errors.ts';
import { mostBytesAtOnce } from './input-file.ts';
import { type Dtype, dtypeOf, itemBytes, type Region, rowsOf, type ValuesOf } from './tensor.ts';

/** A file of tensors that is filled by ranges of rows, in any order. Ended by exactly one call of finish or abandon. */
export interface RowWriter {
  /** Writes whole rows of a tensor. @param first index of the first of them. */
  writeRows(name: string, first: number, values: ValuesOf[Dtype]): Promise<void>;
  /** Closes the file. @throws Error if a row was never written, because it would read as zeros. */
  finish(): Promise<void>;
  /** Closes the file without checks. */
  abandon(): Promise<void>;
}

/**
 * Creates a file that begins with a header and has room for its tensors.
 * @throws EnvironmentError if it cannot be written.
 */
export async function createRowFile(
  path: string,
  header: Uint8Array,
  regions: ReadonlyMap<string, Region>,
): Promise<RowWriter> {
  const handle = await open(path, 'w').catch((cause: NodeJS.ErrnoException) => {
    throw new EnvironmentError(`Cannot write ${path}: ${cause.code}.`, { cause });
  });
  await write(handle, path, header, 0);
  const written = new Map([...regions].map(([name, { shape }]) => [name, marksOf(shape)]));
  return {
    async writeRows(name, first, values) {
      const region = regions.get(name);
      const marks = written.get(name);
      if (!region || !marks) throw new RangeError(`${path} has no tensor ${name}`);
      if (dtypeOf(values) !== region.dtype) throw new TypeError(`${name} is ${region.dtype}, not ${dtypeOf(values)}`);
      const { count, length } = rowsOf(region.shape);
      const rows = length === 0 ? 0 : values.length / length;
      if (!Number.isInteger(rows) || first < 0 || first + rows > count) {
        throw new RangeError(`${values.length} values at row ${first} do not fit ${name} [${region.shape.join(', ')}]`);
      }
      await write(handle, path, values, region.offset + first * length * itemBytes[region.dtype]);
      marks.fill(1, first, first + rows);
    },
    async finish() {
      await handle.close();
      for (const [name, marks] of written) {
        const row = marks.indexOf(0);
        if (row >= 0) throw new Error(`row ${row} of ${name} in ${path} was never written`);
      }
    },
    abandon: () => handle.close(),
  };
}

/** One entry per row with values: 0 until it is written. */
function marksOf(shape: readonly number[]): Uint8Array {
  const { count, length } = rowsOf(shape);
  return new Uint8Array(length > 0 ? count : 0);
}

async function write(handle: FileHandle, path: string, values: ArrayBufferView, position: number): Promise<void> {
  const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
  try {
    for (let done = 0; done < bytes.length; ) {
      const length = Math.min(bytes.length - done, mostBytesAtOnce);
      const { bytesWritten } = await handle.write(bytes, done, length, position + done);
      done += bytesWritten;
    }
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    if (code !== 'ENOSPC' && code !== 'EDQUOT') throw cause;
    throw new EnvironmentError(`No space is left on the disk for ${path}.`, { cause, hint: 'Free some space.' });
  }
}
