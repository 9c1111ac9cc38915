import type { Tool } from './tool.ts';

const list = (names: readonly string[]) => names.map((name) => JSON.stringify(name)).join(', ');

/** Snakemake: times of files, and metadata of what it ran. */
export const snakemake: Tool = {
  name: 'Snakemake',
  describe(stages) {
    const rules = stages.map(
      ({ name, command, reads, writes }) =>
        `rule ${name}:\n    input: ${list(reads)}\n    output: ${list([writes])}\n    shell: ${JSON.stringify(command)}\n`,
    );
    return { Snakefile: `rule all:\n    input: ${list([stages.at(-1)?.writes ?? ''])}\n${rules.join('')}` };
  },
  run: () => ['snakemake', '-q', 'all', '-c2'],
  plan: () => ['snakemake', '-n', '-q', 'all'],
};
