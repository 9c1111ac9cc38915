import { damagedFile } from '../files/input-file.ts';
import { classes, imageBytes, type LabelledImages, planesToPixels } from './dataset.ts';
import { NumpyArray, type Pickled, readPickle } from './pickle.ts';

/**
 * Reads a batch in CIFAR-10's Python format: a pickled dictionary with `data` (uint8 [N, 3072], red, green and blue planes) and `labels`.
 * @throws EnvironmentError where it is something else, or a label is none.
 */
export function parsePython(path: string, bytes: Uint8Array): LabelledImages {
  const batch = unpickle(path, bytes);
  const data = batch instanceof Map ? batch.get('data') : undefined;
  const list = batch instanceof Map ? batch.get('labels') : undefined;
  if (!(data instanceof NumpyArray && Array.isArray(list))) {
    throw damagedFile(path, 'holds no `data` and `labels`: it is not a batch of CIFAR-10');
  }
  const [count = 0, length] = data.shape;
  if (length !== imageBytes || data.bytes.length !== count * imageBytes || list.length !== count) {
    throw damagedFile(
      path,
      `holds data of shape [${data.shape.join(', ')}] in ${data.bytes.length} bytes and ${list.length} labels, which do not fit`,
    );
  }
  const images = new Uint8Array(count * imageBytes);
  const labels = Uint8Array.from(list as number[]);
  list.forEach((label, record) => {
    if (typeof label !== 'number' || label < 0 || label >= classes) {
      throw damagedFile(path, `has the label ${String(label)} in record ${record}, not one of 0 to ${classes - 1}`);
    }
    const at = record * imageBytes;
    planesToPixels(data.bytes.subarray(at, at + imageBytes), images.subarray(at, at + imageBytes));
  });
  return { images, labels };
}

function unpickle(path: string, bytes: Uint8Array): Pickled {
  try {
    return readPickle(bytes);
  } catch (error) {
    if (error instanceof RangeError) throw damagedFile(path, `cannot be read as a batch of CIFAR-10: ${error.message}`);
    throw error;
  }
}
