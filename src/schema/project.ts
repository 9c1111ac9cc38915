import { ConfigurationError } from '../problem/errors.ts';
import type { JsonSchema } from './kind.ts';
import { identityOf, packReading, type ReadMemory, unpackReading } from './memory.ts';
import { ProblemList } from './problem-list.ts';
import { validate } from './validate.ts';

/** What a project file sets for every pipeline of the project. */
export interface ProjectSettings {
  /** The folder of the store, relative to the file. */
  readonly store: string;
  /** Shared caches by name, in the order of lookup. */
  readonly remotes: Readonly<Record<string, ProjectRemote>>;
  /** Public keys by the name of their owner. */
  readonly trust: Readonly<Record<string, string>>;
}

/** A shared cache, as the project file describes it. */
export interface ProjectRemote {
  readonly url: string;
  readonly access: 'read' | 'write' | 'read-write';
  readonly unsigned: boolean;
  readonly records: 'plain' | 'action-result';
}

/** The settings of a project whose file sets nothing, or that has no file. */
export const usualProject: ProjectSettings = { store: 'artifacts', remotes: {}, trust: {} };

const projectSchema = {
  type: 'object',
  additionalProperties: false,
  properties: {
    store: {
      type: 'string',
      minLength: 1,
      default: usualProject.store,
      description: 'the folder where results are stored, relative to this file',
    },
    remotes: {
      type: 'object',
      propertyNames: { pattern: '^[a-z][a-z0-9-]{0,63}$' },
      description: 'shared caches by name, looked up in this order',
      additionalProperties: {
        type: 'object',
        additionalProperties: false,
        required: ['url'],
        properties: {
          url: {
            type: 'string',
            minLength: 1,
            description:
              'http://…, https://…, s3://BUCKET/PREFIX, or a folder; credentials are read from the environment',
          },
          access: {
            type: 'string',
            enum: ['read', 'write', 'read-write'],
            default: 'read-write',
            description: 'whether results are read from it, sent to it, or both',
          },
          unsigned: {
            type: 'boolean',
            default: false,
            description:
              'accept results without a trusted signature; safe only if you trust everybody who can write there',
          },
          records: {
            type: 'string',
            enum: ['plain', 'action-result'],
            default: 'plain',
            description: "action-result: wrap each record in Bazel's ActionResult, as bazel-remote requires",
          },
        },
      },
    },
    trust: {
      type: 'object',
      description: 'trusted public keys, by the name of the signer',
      additionalProperties: {
        type: 'string',
        pattern: '^ed25519:[A-Za-z0-9+/]{59}=$',
        expects: 'a public key as `pipe keys list` prints it: ed25519: and 60 characters',
      },
    },
  },
} as const satisfies JsonSchema;

/** A project's file. */
export interface ProjectRequest {
  /** Its name in messages. */
  readonly file: string;
  readonly text: string;
  readonly memory?: ReadMemory | undefined;
}

/**
 * Reads a project file; an empty file, or one with only comments, sets nothing.
 * @throws ConfigurationError with every problem and its place.
 */
export async function readProject({ file, text, memory }: ProjectRequest): Promise<ProjectSettings> {
  const texts = new Map([[file, text]]);
  const identity = memory && identityOf(memory.program, { file, overlays: [], sets: [], sweeps: [] }, texts);
  const kept = identity && (await memory?.find(identity.slot));
  const known = kept === undefined ? undefined : unpackReading<ProjectSettings>(kept, identity!.key);
  if (known) return known;
  const problems = new ProblemList();
  const settings = await checkProject(file, text, problems);
  if (problems.size > 0) throw new ConfigurationError(problems.inOrder([file]), texts);
  if (identity) await memory?.keep(identity.slot, packReading(settings, identity.key));
  return settings;
}

async function checkProject(file: string, text: string, problems: ProblemList): Promise<ProjectSettings> {
  if (text.split('\n').every((line) => /^\s*(?:#|$)/u.test(line))) return usualProject;
  // Loaded on demand: loading the YAML parser takes longer than finding what was read before.
  const [{ parseYaml }, { originInFile }] = await Promise.all([
    import('./yaml/parse.ts'),
    import('./yaml/text-origin.ts'),
  ]);
  const document = parseYaml(text, originInFile(file, text), problems);
  if (!document) return usualProject;
  const subject = {
    entry: { key: { ...document.origin, length: 1 }, value: document },
    path: [],
    whole: 'the project file',
  };
  const settings = await validate(subject, projectSchema, problems);
  return { ...usualProject, ...(settings as Partial<ProjectSettings> | undefined) };
}
