import type { Tool } from './tool.ts';

/** GNU make, which compares times of files and caches nothing. */
export const make: Tool = {
  name: 'make',
  describe(stages) {
    const rules = stages.map(({ command, reads, writes }) => `${writes}: ${reads.join(' ')}\n\t${command}\n`);
    return { Makefile: `all: ${stages.at(-1)?.writes}\n${rules.join('')}` };
  },
  run: () => ['make', '-s', '-j2'],
  plan: () => ['make', '-n'],
};
