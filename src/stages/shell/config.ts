import type { Definition } from '../../engine/definition.ts';
import type { Services } from '../services.ts';
import { checkMatches, checkShell } from './check.ts';
import { type ShellConfig, shellSchema } from './schema.ts';
import { observeShell } from './source.ts';

/** The stage kind `shell`: a command with declared files, inputs and outputs, in a clean folder. */
export function shell(services: Services): Definition<ShellConfig> {
  return {
    uses: 'shell',
    summary: 'Runs a command in a clean folder that holds its declared files and inputs.',
    version: 2,
    lane: 'cpu',
    startsProcess: true,
    runsForeignCode: true,
    config: shellSchema,
    inputs: {},
    outputs: {},
    ports(checked) {
      const { inputs, outputs } = checked as unknown as ShellConfig;
      return {
        inputs: Object.fromEntries(
          Object.entries(inputs).map(([name, path]) => [name, { summary: `laid at ${path}` }]),
        ),
        outputs: Object.fromEntries(
          Object.entries(outputs).map(([name, path]) => [
            name,
            {
              summary: `written at ${path}`,
              file: path.split('/').filter(Boolean).at(-1) ?? name,
              directory: path.endsWith('/'),
            },
          ]),
        ),
      };
    },
    check: (checked) => checkShell(checked as unknown as ShellConfig),
    examine: checkMatches,
    observe: observeShell,
    secrets: ({ secrets }) => secrets,
    load: async () => (await import('./stage.ts')).program(services),
  };
}
