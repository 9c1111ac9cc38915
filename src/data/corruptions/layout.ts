import { EnvironmentError } from '../../problem/errors.ts';
import type { RowRange } from '../files/row-reader.ts';
import type { TensorInfo } from '../files/tensor.ts';
import type { CorruptionName, Severity } from './catalogue.ts';
import { severities } from './catalogue.ts';
import { channels, side } from './corruption.ts';

/** Images of each severity in the released CIFAR-10-C: the test set, in its order. */
const imagesPerSeverity = 10_000;

/** The labels of all rows, next to the corruptions' files. */
export const labelsFile = 'labels.npy';

/** The file of a corruption in a CIFAR-10-C folder. */
export function cifar10cFile(name: CorruptionName): string {
  return `${name}.npy`;
}

/** The rows of a severity in a corruption's file and in the labels. */
export function severityRows(severity: Severity): RowRange {
  return { first: (severity - 1) * imagesPerSeverity, count: imagesPerSeverity };
}

/** Checks the header of a corruption's file against the release. @throws EnvironmentError with what the file contains instead. */
export function checkImages(path: string, found: TensorInfo): void {
  check(path, found, [severities.length * imagesPerSeverity, side, side, channels]);
}

/** Checks the header of the labels against the release. @throws EnvironmentError with what the file contains instead. */
export function checkLabels(path: string, found: TensorInfo): void {
  check(path, found, [severities.length * imagesPerSeverity]);
}

function check(path: string, { dtype, shape }: TensorInfo, expected: readonly number[]): void {
  if (dtype === 'U8' && shape.join() === expected.join()) return;
  throw new EnvironmentError(
    `${path} contains ${dtype} [${shape.join(', ')}], not the U8 [${expected.join(', ')}] of CIFAR-10-C.`,
    {
      hint: 'Unpack CIFAR-10-C.tar (Zenodo record 2535967) and name its folder CIFAR-10-C.',
    },
  );
}
