import { nameRule } from '../../schema/document.ts';
import type { InputPort, OutputPort } from '../../schema/kind.ts';
import type { ContextOf } from '../define.ts';

const path = { type: 'string', minLength: 1 } as const;
const variable = {
  type: 'string',
  pattern: '^[^=\\u0000]+$',
  expects: 'the name of an environment variable',
} as const;

const schema = {
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
      additionalProperties: { type: ['string', 'number', 'boolean'] },
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
    metrics: {
      type: 'object',
      additionalProperties: false,
      required: ['file'],
      properties: {
        file: {
          anyOf: [path, { type: 'array', items: path, minItems: 1 }],
          description:
            'A file of metrics that the command writes, or several: JSON, YAML or CSV by the end of its name.',
        },
      },
      description:
        'Where the command leaves its metrics. Curves are lines of JSON, appended to the file that $PIPE_METRICS names.',
    },
    lay: {
      enum: ['copy', 'link'],
      default: 'copy',
      keyed: false,
      description:
        'Whether it gets copies of its inputs and files, or links to them, which cost no room and which it must not write through.',
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

/** What a command is told; its inputs and outputs are named in its settings. */
export const shellShape: {
  readonly schema: typeof schema;
  readonly inputs: Readonly<Record<string, InputPort>>;
  readonly outputs: Readonly<Record<string, OutputPort>>;
} = { schema, inputs: {}, outputs: {} };

export type ShellContext = ContextOf<typeof shellShape>;
export type ShellConfig = ShellContext['config'];

/** The files of metrics that a command is to write. */
export function metricsFiles({ metrics }: ShellConfig): readonly string[] {
  return metrics ? [metrics.file].flat() : [];
}
