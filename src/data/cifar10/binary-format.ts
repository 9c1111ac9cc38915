import { damagedFile } from '../files/input-file.ts';
import { classes, imageBytes, type LabelledImages, planesToPixels } from './dataset.ts';

/** A label byte and an image. */
const recordBytes = 1 + imageBytes;

/**
 * Reads the records of a file in CIFAR-10's binary format: a label byte, then 1,024 bytes each of red, green and blue.
 * @throws EnvironmentError with the record if the file is cut short or a label is invalid.
 */
export function parseBinary(path: string, bytes: Uint8Array): LabelledImages {
  const count = Math.floor(bytes.length / recordBytes);
  const rest = bytes.length % recordBytes;
  if (count === 0 || rest !== 0) {
    const found = `${bytes.length} bytes, which are ${count} records of ${recordBytes} and ${rest} more`;
    throw damagedFile(path, `is cut short in record ${count}: it has ${found}`);
  }
  const images = new Uint8Array(count * imageBytes);
  const labels = new Uint8Array(count);
  for (let record = 0; record < count; record++) {
    const start = record * recordBytes;
    const label = bytes[start]!;
    if (label >= classes) {
      throw damagedFile(
        path,
        `has the label ${label} in record ${record} (byte ${start}), not one of 0 to ${classes - 1}`,
      );
    }
    labels[record] = label;
    planesToPixels(
      bytes.subarray(start + 1, start + recordBytes),
      images.subarray(record * imageBytes, (record + 1) * imageBytes),
    );
  }
  return { images, labels };
}
