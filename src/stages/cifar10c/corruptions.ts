import { type CorruptionName, corruptionNames, isCorruptionName } from '../../data/corruptions/catalogue.ts';
import type { ConfigIssue } from '../../schema/kind.ts';
import type { Cifar10cConfig } from './config.ts';

/** The corruptions of a configuration: those it names, or all. */
export function corruptionsOf({ corruptions }: Pick<Cifar10cConfig, 'corruptions'>): readonly CorruptionName[] {
  return corruptions?.filter(isCorruptionName) ?? corruptionNames;
}

/** Unknown names of corruptions. */
export function checkCorruptions({ corruptions = [] }: Pick<Cifar10cConfig, 'corruptions'>): readonly ConfigIssue[] {
  return corruptions.flatMap((name, index) =>
    isCorruptionName(name)
      ? []
      : [
          {
            path: ['corruptions', String(index)],
            message: `"${name}" is not a corruption of CIFAR-10-C`,
            hint: `the corruptions are: ${corruptionNames.join(', ')}`,
          },
        ],
  );
}
