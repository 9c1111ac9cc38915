import { sizeOf } from '../../compute/values.ts';
import { brief } from '../../problem/quote.ts';
import { damagedFile } from '../files/input-file.ts';
import { type Dtype, itemBytes, type Region, type TensorInfo } from '../files/tensor.ts';

/** How NumPy names the dtypes. */
const descriptions: Readonly<Record<Dtype, string>> = { F32: '<f4', F16: '<f2', U8: '|u1', I32: '<i4', I64: '<i8' };
const dtypes = new Map(Object.entries(descriptions).map(([dtype, descr]) => [descr, dtype as Dtype]));

const magic = Buffer.from('\x93NUMPY', 'latin1');
/** The values begin at a multiple of this, as in files by NumPy. */
const alignment = 64;

/** Bytes before the dictionary, for each format version: magic, version, length of 16 or 32 bits. */
const prefixBytes: Readonly<Record<number, number>> = { 1: 10, 2: 12, 3: 12 };

/** Far longer than the dictionary of any array; NumPy itself reads at most 10,000 bytes. */
const mostHeaderBytes = 2 ** 20;

/** No .npy file is shorter than this. */
export const fewestBytes = prefixBytes[2]!;

/** The position of the dictionary. Specification: NumPy, "The NPY format", numpy.lib.format. @param head the file's first bytes. */
export function dictionaryExtent(path: string, head: Buffer, fileBytes: number): { start: number; length: number } {
  if (!head.subarray(0, magic.length).equals(magic)) throw damagedFile(path, 'is not an .npy file');
  const version = head[6]!;
  const start = prefixBytes[version];
  if (start === undefined) throw damagedFile(path, `is an .npy file of format ${version}; known are 1, 2 and 3`);
  const length = version === 1 ? head.readUInt16LE(8) : head.readUInt32LE(8);
  if (start + length > fileBytes) {
    throw damagedFile(path, `announces an .npy header of ${length} bytes, but only ${fileBytes - start} follow`);
  }
  if (length > mostHeaderBytes) {
    throw damagedFile(path, `announces an .npy header of ${length} bytes; at most ${mostHeaderBytes} are read`);
  }
  return { start, length };
}

/** Reads the dictionary: a Python literal such as `{'descr': '|u1', 'fortran_order': False, 'shape': (3, 4), }`. */
export function parseDictionary(path: string, text: string, dataStart: number, fileBytes: number): Region {
  const descr = /'descr'\s*:\s*'([^']*)'/.exec(text)?.[1];
  const order = /'fortran_order'\s*:\s*(True|False)\b/.exec(text)?.[1];
  const tuple = /'shape'\s*:\s*\(([\d\s,]*)\)/.exec(text)?.[1];
  if (descr === undefined || order === undefined || tuple === undefined) {
    throw damagedFile(path, `has an .npy header without descr, fortran_order or shape: ${brief(text)}`);
  }
  const dtype = dtypes.get(descr);
  if (!dtype)
    throw damagedFile(path, `contains values of type ${brief(descr)}; known are ${[...dtypes.keys()].join(', ')}`);
  const shape = tuple
    .split(',')
    .filter((extent) => extent.trim() !== '')
    .map(Number);
  if (!shape.every((extent) => Number.isSafeInteger(extent)))
    throw damagedFile(path, `has the shape (${brief(tuple)})`);
  if (order === 'True' && shape.length > 1) throw damagedFile(path, 'is in Fortran order; only C order is read');
  const bytes = dataStart + sizeOf(shape) * itemBytes[dtype];
  if (bytes !== fileBytes) {
    const state = fileBytes < bytes ? 'is truncated' : 'has bytes after its last value';
    throw damagedFile(
      path,
      `${state}: ${descr} [${brief(shape.join(', '))}] makes ${bytes} bytes, it has ${fileBytes}`,
    );
  }
  return { dtype, shape, offset: dataStart };
}

/** The head of an .npy file of format 1. */
export function npyHead({ dtype, shape }: TensorInfo): Buffer {
  const tuple = shape.length === 1 ? `(${shape[0]},)` : `(${shape.join(', ')})`;
  const text = `{'descr': '${descriptions[dtype]}', 'fortran_order': False, 'shape': ${tuple}, }`;
  const start = prefixBytes[1]!;
  const bytes = Buffer.alloc(Math.ceil((start + text.length + 1) / alignment) * alignment, ' ');
  magic.copy(bytes);
  bytes.writeUInt8(1, 6);
  bytes.writeUInt8(0, 7);
  bytes.writeUInt16LE(bytes.length - start, 8);
  bytes.write(text, start, 'latin1');
  bytes.write('\n', bytes.length - 1);
  return bytes;
}
