import type { JsonSchema } from './kind.ts';
import { durationPattern, sizePattern } from './units.ts';

/**
 * The names of stages, parameters, lanes, inputs and outputs: without dots, because paths are split at dots, and no longer than file
 * systems allow, because folders are named after them.
 */
export const nameRule = {
  pattern: '^[A-Za-z_][A-Za-z0-9_-]{0,199}$',
  expects: 'at most 200 letters, digits, "-" and "_", beginning with a letter',
} as const;

const size = { type: 'string', pattern: sizePattern, expects: 'a size such as 500MB or 8GB' } as const;

/** One stage, as written. */
export const stageSchema = {
  type: 'object',
  additionalProperties: false,
  required: ['uses'],
  properties: {
    uses: {
      type: 'string',
      minLength: 1,
      description: 'the kind of stage, or the path of a module, such as ./stage.ts',
    },
    needs: {
      type: 'object',
      additionalProperties: { type: 'string', minLength: 1 },
      description: 'for each input, the output it reads: stage.output, or just the stage if it has one output',
    },
    with: { type: 'object', description: 'the settings of the stage' },
    timeout: {
      type: 'string',
      pattern: durationPattern,
      expects: 'a duration such as 90s, 30m or 1h30m',
      description: 'the time limit of one attempt, such as 90s, 30m or 1h30m',
    },
    retries: {
      type: 'integer',
      minimum: 0,
      maximum: 100,
      default: 0,
      description: 'how many times a failed stage is retried',
    },
    share: {
      type: 'number',
      exclusiveMinimum: 0,
      maximum: 1,
      default: 1,
      description: 'the share of a place of its lane that the stage takes, above 0 and at most 1',
    },
    memory: { ...size, description: 'how much memory the stage uses, such as 8GB' },
    lane: {
      type: 'string',
      minLength: 1,
      description:
        'the lane of a command or module stage, such as gpu (default: cpu, or the lane that the module sets)',
    },
    cpus: {
      type: 'integer',
      minimum: 1,
      maximum: 4096,
      description:
        'how many threads a command or module stage may use; pipe sets OMP_NUM_THREADS and similar variables',
    },
    report: {
      type: 'array',
      items: { type: 'string', minLength: 1 },
      uniqueItems: true,
      description:
        'outputs that `pipe report` shows: pictures (.png, .jpg, .svg), tables (.csv), figures of Vega-Lite (.vl.json), and folders of these',
    },
    contain: {
      type: 'boolean',
      default: true,
      description:
        'whether a command or module stage runs in a process namespace, so that every process it starts ends with it; sudo needs false',
    },
  },
} as const satisfies JsonSchema;

/** The structure of a whole document. The stage kinds define what each `with` may contain. */
export const documentSchema = {
  type: 'object',
  additionalProperties: false,
  required: ['name', 'stages'],
  properties: {
    name: { type: 'string', minLength: 1, description: 'the name of the pipeline in reports' },
    params: {
      type: 'object',
      propertyNames: nameRule,
      description: 'values that stages refer to as ${params.name}; objects may nest',
    },
    lanes: {
      type: 'object',
      propertyNames: nameRule,
      additionalProperties: { type: 'integer', minimum: 1, maximum: 1024 },
      description: 'maximum number of stages that run at once in each lane, such as gpu: 1',
    },
    memory: { ...size, description: 'how much memory all running stages may use together, such as 32GB' },
    goal: {
      type: 'object',
      additionalProperties: false,
      required: ['metric', 'best'],
      properties: {
        metric: {
          type: 'string',
          pattern: '^[^.]+\\..+$',
          expects: 'a metric of a stage, such as train.accuracy',
          description: 'the metric that variants are judged by, such as train.accuracy',
        },
        best: { type: 'string', enum: ['max', 'min'], description: 'whether high or low values are good' },
      },
      description: 'the metric by which the summary names the best variant of a sweep',
    },
    sweep: {
      type: 'object',
      additionalProperties: { type: 'array', minItems: 1 },
      description: 'lists of values to try, by path, such as params.temperature: [1, 4, 10]',
    },
    stages: {
      type: 'object',
      minProperties: 1,
      propertyNames: nameRule,
      additionalProperties: stageSchema,
      description: 'the stages, by name',
    },
  },
} as const satisfies JsonSchema;
