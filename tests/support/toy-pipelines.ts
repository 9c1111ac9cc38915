import { readFileSync, writeFileSync } from 'node:fs';
import type { DefinitionCatalogue, StageContext, StageDefinition, StageResult } from '../../src/engine/index.ts';
import type { JsonObject } from '../../src/json/json.ts';
import type { Pipeline, StageDeclaration } from '../../src/schema/pipeline.ts';

/** A stage as a test writes it; `needs` are `port: stage.output`, or `port: stage` for the output `out`. */
export interface ToyStage extends Partial<Omit<StageDeclaration, 'id' | 'needs'>> {
  readonly id: string;
  readonly needs?: Readonly<Record<string, string>>;
}

/** A pipeline of toy stages, of kind `toy` if they do not say. */
export function toyPipeline(stages: readonly ToyStage[], rest: Partial<Pipeline> = {}): Pipeline {
  return {
    name: 'toy',
    file: 'toy.yaml',
    params: {},
    lanes: {},
    memoryBytes: undefined,
    variant: {},
    stages: stages.map(declaration),
    ...rest,
  };
}

function declaration({ needs = {}, ...stage }: ToyStage): StageDeclaration {
  const origin = { file: 'toy.yaml', line: 1, column: 1 };
  const wired = Object.entries(needs).map(([port, need]) => {
    const [producer = '', output = 'out'] = need.split('.');
    return [port, { stage: producer, output, origin }] as const;
  });
  return {
    uses: 'toy',
    config: {},
    timeoutSeconds: undefined,
    retries: 0,
    share: 1,
    lane: undefined,
    cpus: undefined,
    contain: true,
    memoryBytes: 0,
    params: {},
    origin,
    settingOrigins: {},
    ...stage,
    needs: Object.fromEntries(wired),
  };
}

/** What a toy stage does with its configuration and the text of its inputs. */
export type ToyProgram = (
  config: JsonObject,
  inputs: Readonly<Record<string, string>>,
  context: StageContext,
) => string | Promise<string>;

/** By default a toy stage writes its configuration and its inputs into its output. */
const writeItAll: ToyProgram = (config, inputs) => JSON.stringify({ config, inputs });

/** A definition with one output `out`, made by `program`; any input is allowed. */
export function toyDefinition(program: ToyProgram = writeItAll, rest: Partial<StageDefinition> = {}): StageDefinition {
  return {
    uses: 'toy',
    summary: 'A toy.',
    config: { type: 'object' },
    inputs: {},
    outputs: { out: { summary: 'What it made.', file: 'out.txt' } },
    version: 1,
    lane: 'cpu',
    load: async () => ({
      async run(context): Promise<StageResult> {
        const inputs = Object.entries(context.inputs).map(
          ([port, path]) => [port, readFileSync(path, 'utf8')] as const,
        );
        const text = await program(context.config, Object.fromEntries(inputs), context);
        if (context.outputs['out']) writeFileSync(context.outputs['out'], text);
        return { metrics: { length: text.length }, provenance: { machine: 'toy' } };
      },
    }),
    ...rest,
  };
}

/** A catalogue of just these definitions. */
export function catalogueOf(...definitions: readonly StageDefinition[]): DefinitionCatalogue {
  const byName = new Map(definitions.map((definition) => [definition.uses, definition]));
  return { names: [...byName.keys()], find: async (uses) => byName.get(uses) };
}
