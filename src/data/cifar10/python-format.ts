import { brief } from '../../problem/quote.ts';
import { damagedFile } from '../files/input-file.ts';
import { classes, imageBytes, type LabelledImages, planesToPixels } from './dataset.ts';
import { NumpyArray, type Pickled, readPickle } from './pickle.ts';

/** NumPy's own limit. */
const mostDimensions = 64;

/**
 * Reads a batch in CIFAR-10's Python format: a pickled dictionary with `data` (uint8 [N, 3072], red, green and blue planes) and `labels`.
 * @throws EnvironmentError if it is something else, or with the record of an invalid label.
 */
export function parsePython(path: string, bytes: Uint8Array): LabelledImages {
  const batch = unpickle(path, bytes);
  const data = batch instanceof Map ? batch.get('data') : undefined;
  const list = batch instanceof Map ? batch.get('labels') : undefined;
  if (!(data instanceof NumpyArray && Array.isArray(list)) || data.shape.length > mostDimensions) {
    throw damagedFile(path, 'contains no `data` and `labels`: it is not a batch of CIFAR-10');
  }
  const count = list.length;
  const { shape, dtype } = data;
  const fits = shape.length === 2 && shape[0] === count && shape[1] === imageBytes;
  if (!fits || !dtype.endsWith('u1') || data.bytes.length !== count * imageBytes) {
    const found = `${brief(dtype)} [${brief(shape.map(wordFor).join(', '))}] in ${data.bytes.length} bytes with ${count} labels`;
    throw damagedFile(path, `contains images of ${found}, not of u1 [N, ${imageBytes}] with N labels`);
  }
  const images = new Uint8Array(count * imageBytes);
  list.forEach((label, record) => {
    if (typeof label !== 'number' || label < 0 || label >= classes) {
      throw damagedFile(path, `has the label ${wordFor(label)} in record ${record}, not one of 0 to ${classes - 1}`);
    }
    const at = record * imageBytes;
    planesToPixels(data.bytes.subarray(at, at + imageBytes), images.subarray(at, at + imageBytes));
  });
  return { images, labels: Uint8Array.from(list as number[]) };
}

function unpickle(path: string, bytes: Uint8Array): Pickled {
  try {
    return readPickle(bytes);
  } catch (error) {
    if (error instanceof RangeError) throw damagedFile(path, `is not a batch of CIFAR-10: it ${error.message}`);
    throw error;
  }
}

/** A value in a message. Lists that contain each other would be written out for ever. */
function wordFor(value: Pickled): string {
  return typeof value === 'number' ? String(value) : 'something that is not a number';
}
