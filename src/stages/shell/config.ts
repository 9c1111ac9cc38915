import type { Definition } from '../../engine/definition.ts';
import { nameRule } from '../../schema/document.ts';
import type { ValueOf } from '../../schema/value-of.ts';
import type { Services } from '../services.ts';
import { checkMatches, checkShell } from './check.ts';
import { observeShell } from './source.ts';

const path = { type: 'string', minLength: 1 } as const;
const variable = {
  type: 'string',
  pattern: '^[^=\\u0000]+$',
  expects: 'the name of an environment variable',
} as const;

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
    stopAtFirstFailure: {
      type: 'boolean',
      default: true,
      description:
        'Whether the command ends with its first line that fails (sh -e); if not, only its last line counts.',
    },
    files: {
      type: 'array',
      items: path,
      default: [],
      description:
        'Files it reads, as paths or globs from the root of the project; "!x" takes away what x matches. Their contents are part of the key.',
    },
    inputs: {
      type: 'object',
      propertyNames: nameRule,
      additionalProperties: path,
      default: {},
      description: 'For each input (wired by `needs`), the path it is laid at.',
    },
    outputs: {
      type: 'object',
      minProperties: 1,
      propertyNames: nameRule,
      additionalProperties: path,
      description:
        'For each output, the path of the file or folder that the command writes. A trailing / says that it is a folder.',
    },
    environment: {
      type: 'object',
      additionalProperties: { type: 'string' },
      default: {},
      description:
        'Environment variables; besides them the command sees PATH, HOME, LANG, TMPDIR and what `pass` and `secrets` name.',
    },
    pass: {
      type: 'array',
      items: variable,
      uniqueItems: true,
      default: [],
      description: 'Environment variables passed on as they are; their values are part of the key, and shown.',
    },
    secrets: {
      type: 'array',
      items: variable,
      uniqueItems: true,
      default: [],
      keyed: false,
      description:
        'Environment variables passed on whose values are no part of the key, and are masked wherever pipe writes or prints them.',
    },
  },
} as const;

export type ShellConfig = ValueOf<typeof config>;

/** The stage kind `shell`: a command with declared files, inputs and outputs, in a clean folder. */
export function shell(services: Services): Definition<ShellConfig> {
  return {
    uses: 'shell',
    summary: 'Runs a command in a clean folder that holds its declared files and inputs.',
    version: 2,
    lane: 'cpu',
    startsProcess: true,
    runsForeignCode: true,
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
    check: (checked) => checkShell(checked as unknown as ShellConfig),
    examine: checkMatches,
    observe: observeShell,
    secrets: ({ secrets }) => secrets,
    load: async () => (await import('./stage.ts')).program(services),
  };
}
