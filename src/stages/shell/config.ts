import type { FromSchema } from 'json-schema-to-ts';
import type { Definition } from '../../engine/definition.ts';
import type { Services } from '../services.ts';
import { observeShell } from './source.ts';

const relativePath = { type: 'string', minLength: 1, pattern: '^(?!/)(?!.*(^|/)\\.\\.(/|$))' } as const;

const config = {
  type: 'object',
  additionalProperties: false,
  required: ['command', 'outputs'],
  properties: {
    command: {
      type: 'string',
      minLength: 1,
      description: 'What /bin/sh runs, in a folder that holds the declared files and nothing else.',
    },
    files: {
      type: 'array',
      items: relativePath,
      default: [],
      description: 'Files it reads, as paths or globs from where pipe was started; their contents are part of the key.',
    },
    inputs: {
      type: 'object',
      additionalProperties: relativePath,
      default: {},
      description: 'For each input (wired by `needs`), the path it is laid at.',
    },
    outputs: {
      type: 'object',
      minProperties: 1,
      additionalProperties: relativePath,
      description:
        'For each output, the path of the file or folder that the command writes. A trailing / says that it is a folder.',
    },
    environment: {
      type: 'object',
      additionalProperties: { type: 'string' },
      default: {},
      description: 'Environment variables; besides them the command sees PATH, HOME, LANG and what `pass` names.',
    },
    pass: {
      type: 'array',
      items: { type: 'string', minLength: 1 },
      uniqueItems: true,
      default: [],
      description: 'Environment variables passed on as they are; their values are part of the key.',
    },
  },
} as const;

export type ShellConfig = FromSchema<typeof config>;

/** The stage kind `shell`: a command with declared files, inputs and outputs, in a clean folder. */
export function shell(services: Services): Definition<ShellConfig> {
  return {
    uses: 'shell',
    summary: 'Runs a command in a clean folder that holds its declared files and inputs.',
    version: 1,
    lane: 'cpu',
    startsProcess: true,
    config,
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
    observe: observeShell,
    load: async () => (await import('./stage.ts')).program(services),
  };
}
