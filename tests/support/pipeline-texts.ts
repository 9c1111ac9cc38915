import { ConfigurationError } from '../../src/problem/errors.ts';
import { renderProblems } from '../../src/problem/render.ts';
import type { KindCatalogue, ReadMemory, StageKind } from '../../src/schema/index.ts';
import { type Pipeline, readPipelines } from '../../src/schema/index.ts';

/** Stage kinds that are easy to understand: data -> teacher -> logits -> student -> judge. */
export const exampleKinds: readonly StageKind[] = [
  {
    uses: 'data',
    summary: 'Makes images.',
    config: {
      type: 'object',
      additionalProperties: false,
      properties: {
        images: { type: 'integer', minimum: 1, maximum: 50_000, default: 100 },
        source: { type: 'string', enum: ['download', 'synthetic'], default: 'download', keyed: false },
      },
    },
    inputs: {},
    outputs: { dataset: { summary: 'Images and labels.', file: 'dataset.bin' } },
  },
  {
    uses: 'train',
    summary: 'Trains.',
    config: {
      type: 'object',
      additionalProperties: false,
      required: ['seed', 'optimizer'],
      properties: {
        seed: { type: 'integer', minimum: 0, description: 'Seeds the order of images.' },
        temperature: { type: 'number', exclusiveMinimum: 0, maximum: 1000, default: 1 },
        optimizer: {
          type: 'object',
          additionalProperties: false,
          required: ['learningRate'],
          properties: {
            learningRate: { type: 'number', exclusiveMinimum: 0 },
            decay: { type: 'string', enum: ['constant', 'linear', 'cosine'], default: 'constant' },
          },
        },
        channels: { type: 'array', items: { type: 'integer', minimum: 1 }, minItems: 1 },
        nesterov: { type: 'boolean' },
        label: { type: 'string' },
        resize: { type: 'integer', default: 32 },
        crop: { type: 'integer', default: 32 },
      },
    },
    inputs: {
      dataset: { summary: 'Images and labels.' },
      logits: { summary: 'What the teacher says.', optional: true },
    },
    outputs: {
      weights: { summary: 'The trained weights.', file: 'weights.bin' },
      history: { summary: 'Loss by epoch.', file: 'history.json' },
    },
    check: ({ resize, crop }) =>
      Number(crop) > Number(resize)
        ? [
            {
              path: ['crop'],
              message: `a crop of ${crop} does not fit into ${resize}`,
              hint: `crop to at most ${resize}`,
            },
          ]
        : [],
  },
  {
    uses: 'logits',
    summary: 'Caches logits.',
    config: { type: 'object', additionalProperties: false, properties: {} },
    inputs: { dataset: { summary: 'Images.' }, weights: { summary: 'The weights.' } },
    outputs: { logits: { summary: 'Logits.', file: 'logits.bin' } },
  },
  {
    uses: 'shell',
    summary: 'Runs a command.',
    config: {
      type: 'object',
      additionalProperties: false,
      required: ['command'],
      properties: {
        command: { type: 'string', minLength: 1 },
        inputs: { type: 'array', items: { type: 'string' }, default: [] },
        outputs: { type: 'array', items: { type: 'string' }, default: [] },
      },
    },
    inputs: {},
    outputs: {},
    ports: (config) => ({ inputsIn: 'inputs', inputs: portsOf(config['inputs']), outputs: portsOf(config['outputs']) }),
  },
];

function portsOf(names: unknown): Record<string, { summary: string; file: string }> {
  return Object.fromEntries((names as readonly string[]).map((name) => [name, { summary: name, file: name }]));
}

/** The kinds above by name. */
export const exampleCatalogue: KindCatalogue = {
  names: exampleKinds.map(({ uses }) => uses),
  find: async (uses) => exampleKinds.find((kind) => kind.uses === uses),
};

/** What `readBytes` is given instead of a file system. */
export interface Texts {
  /** The text of `pipeline.yaml`. */
  readonly base: string | Uint8Array;
  /** The text of each overlay, by its name. */
  readonly overlays?: Readonly<Record<string, string | Uint8Array>>;
  readonly sets?: readonly string[];
  readonly sweeps?: readonly string[];
  readonly kinds?: KindCatalogue;
  readonly memory?: ReadMemory;
}

/** Reads texts as `pipeline.yaml` with its overlays. */
export function readTexts({
  base,
  overlays = {},
  sets = [],
  sweeps = [],
  kinds,
  memory,
}: Texts): Promise<readonly Pipeline[]> {
  const texts: Readonly<Record<string, string | Uint8Array>> = { 'pipeline.yaml': base, ...overlays };
  return readPipelines({
    file: 'pipeline.yaml',
    overlays: Object.keys(overlays),
    sets,
    sweeps,
    kinds: kinds ?? exampleCatalogue,
    ...(memory ? { memory } : {}),
    readBytes: async (path) => {
      const text = texts[path];
      if (text === undefined) throw Object.assign(new Error(path), { code: 'ENOENT' });
      return typeof text === 'string' ? Buffer.from(text) : text;
    },
  });
}

/** What a user would see for a wrong document. */
export async function problemsOf(texts: Texts): Promise<string> {
  try {
    await readTexts(texts);
  } catch (error) {
    if (error instanceof ConfigurationError) return renderProblems(error.problems, error.sources);
    throw error;
  }
  return 'no problem';
}
