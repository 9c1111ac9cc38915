import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { probeAddon } from '../../../../src/compute/setup/probe.ts';
import { temporaryDirectory } from '../../../support/temporary.ts';

const directory = temporaryDirectory();

test('an addon that cannot be loaded is an error with what the linker says', async () => {
  const addon = join(directory, 'broken.node');
  writeFileSync(addon, 'no library, whatever its name says. '.repeat(100));
  await expect(probeAddon(addon, { environment: process.env })).rejects.toThrowError(
    expect.objectContaining({
      name: 'EnvironmentError',
      message: expect.stringMatching(/^TensorFlow cannot be loaded from [^:]*broken\.node: invalid ELF header$/),
      hint: expect.stringContaining('pipe doctor'),
    }),
  );
});
