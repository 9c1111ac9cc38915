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
      description: 'The command, which /bin/sh runs in a folder that contains only the declared files and inputs.',
    },
    stopAtFirstFailure: {
      type: 'boolean',
      default: true,
      description:
        'Whether the command stops at the first line that fails (sh -e). If false, only the last line counts.',
    },
    files: {
      type: 'array',
      items: path,
      default: [],
      description:
        'Files that the command reads, as paths or globs relative to the project root; "!x" excludes what x matches. Their contents are part of the key.',
    },
    inputs: {
      type: 'object',
      expects: 'an object of names and paths, such as { data: data/ }',
      propertyNames: nameRule,
      additionalProperties: path,
      default: {},
      description: 'For each input (wired by `needs`), the path where the command finds it.',
    },
    outputs: {
      type: 'object',
      expects: 'an object of names and paths, such as { model: model.pt }',
      minProperties: 1,
      propertyNames: nameRule,
      additionalProperties: path,
      description:
        'For each output, the path of the file or folder that the command writes. A trailing / marks a folder.',
    },
    environment: {
      type: 'object',
      additionalProperties: { type: ['string', 'number', 'boolean'] },
      default: {},
      description:
        'Environment variables to set. The command also sees PATH, HOME, LANG, TMPDIR and the variables under `pass` and `secrets`.',
    },
    pass: {
      type: 'array',
      items: variable,
      uniqueItems: true,
      default: [],
      description:
        'Environment variables passed to the command unchanged. Their values are part of the key and are shown.',
    },
    metrics: {
      type: 'object',
      expects: 'an object such as { file: metrics.json }',
      additionalProperties: false,
      required: ['file'],
      properties: {
        file: {
          anyOf: [path, { type: 'array', items: path, minItems: 1 }],
          description: 'One or more files of metrics that the command writes: JSON, YAML or CSV, by file extension.',
        },
      },
      description:
        'Where the command writes its metrics. For curves, append lines of JSON to the file named by $PIPE_METRICS.',
    },
    lay: {
      enum: ['copy', 'link'],
      default: 'copy',
      keyed: false,
      description:
        'Whether the command gets copies of its inputs and files, or symlinks, which take no space but must not be written through.',
    },
    secrets: {
      type: 'array',
      items: variable,
      uniqueItems: true,
      default: [],
      keyed: false,
      description:
        'Environment variables passed to the command whose values are not part of the key and are masked in everything that pipe writes or prints.',
    },
  },
} as const;

/** The configuration of a command; its settings name its inputs and outputs. */
export const shellShape: {
  readonly schema: typeof schema;
  readonly inputs: Readonly<Record<string, InputPort>>;
  readonly outputs: Readonly<Record<string, OutputPort>>;
} = { schema, inputs: {}, outputs: {} };

export type ShellContext = ContextOf<typeof shellShape>;
export type ShellConfig = ShellContext['config'];

/** The metrics files that a command should write. */
export function metricsFiles({ metrics }: ShellConfig): readonly string[] {
  return metrics ? [metrics.file].flat() : [];
}
