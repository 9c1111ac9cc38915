import type { Continuation, Source, StageContext, StageDefinition, StageReport, World } from '../engine/definition.ts';
import type { JsonObject } from '../json/json.ts';
import type { ConfigIssue, InputPort, JsonSchema, OutputFacts, OutputPort } from '../schema/kind.ts';
import type { ValueOf } from '../schema/value-of.ts';
import { alwaysPassed } from './declared/declared-files.ts';
import { declaredSource } from './declared/declared-source.ts';

type InputPorts = Readonly<Record<string, InputPort>>;
type OutputPorts = Readonly<Record<string, OutputPort>>;

/** A value for all stages of a kind, or one that depends on the settings of each. */
type Names<Config> = readonly string[] | ((config: Config) => readonly string[]);

/** The paths of inputs; an optional one may be absent. */
type InputPaths<Inputs> = {
  readonly [Name in keyof Inputs]: Inputs[Name] extends { readonly optional: true } ? string | undefined : string;
};

/** What a running stage gets: its settings and paths have the types of its definition. */
export type ContextOf<Shape extends StageShape> = Omit<StageContext, 'config' | 'inputs' | 'outputs'> & {
  readonly config: ValueOf<Shape['schema']>;
  /** Absolute path of each input. */
  readonly inputs: InputPaths<Shape['inputs']>;
  /** Absolute path for each output. */
  readonly outputs: { readonly [Name in keyof Shape['outputs']]: string };
};

/** The part of a built-in stage that does the work, in a separate file that is loaded only if it has to run. */
export interface BuiltInProgram<Context> {
  run(context: Context): Promise<StageReport>;
}

/** The settings of a stage, and its inputs and outputs. */
export interface StageShape {
  /** JSON Schema of its `with`. Its defaults are filled in; unknown settings are errors, unless the schema allows them. */
  readonly schema: JsonSchema;
  readonly inputs: InputPorts;
  readonly outputs: OutputPorts;
}

/** A stage, as its author defines it: see docs/stages.md. */
export interface StageSpec<Shape extends StageShape> {
  /** What it does, in one sentence. */
  readonly summary: string;
  /** Its lane (default: `cpu`). */
  readonly lane?: string;
  readonly schema: Shape['schema'];
  readonly inputs: Shape['inputs'];
  readonly outputs: Shape['outputs'];
  /** Files it reads, as paths and globs relative to the project root; their contents are part of the key. */
  readonly files?: Names<ValueOf<Shape['schema']>>;
  /** Environment variables it reads; their values are part of the key and are shown. */
  readonly environment?: Names<ValueOf<Shape['schema']>>;
  /** Environment variables it reads whose values are not part of the key, and are masked wherever they would appear. */
  readonly secrets?: Names<ValueOf<Shape['schema']>>;
  /** How a computation may continue from the end of a shorter one of its kind. */
  readonly continuation?: Continuation<ValueOf<Shape['schema']>>;
  /** Rules between settings. */
  check?(config: ValueOf<Shape['schema']>): readonly ConfigIssue[];
  /** What the settings determine about outputs before they are made, for the rules of stages that read them. */
  outputFacts?(config: ValueOf<Shape['schema']>): OutputFacts;
  /** Rules between the settings and what the earlier stages promise about the inputs. */
  checkInputs?(config: ValueOf<Shape['schema']>, facts: OutputFacts): readonly ConfigIssue[];
  /** What it takes from outside the store, in addition to `files` and `environment`. */
  source?(config: ValueOf<Shape['schema']>, world: World): Source | Promise<Source>;
  run(context: ContextOf<Shape>): Promise<StageReport | undefined> | Promise<void>;
}

/** A stage without its types: its settings, inputs and outputs are checked before its functions are called. */
export interface Stage extends StageShape {
  readonly summary: string;
  readonly lane?: string;
  readonly files?: Names<JsonObject>;
  readonly environment?: Names<JsonObject>;
  readonly secrets?: Names<JsonObject>;
  readonly continuation?: Continuation;
  check?(config: JsonObject): readonly ConfigIssue[];
  outputFacts?(config: JsonObject): OutputFacts;
  checkInputs?(config: JsonObject, facts: OutputFacts): readonly ConfigIssue[];
  source?(config: JsonObject, world: World): Source | Promise<Source>;
  run(context: StageContext): Promise<StageReport | undefined>;
}

/** Defines a stage: in its functions, settings, inputs and outputs have the types of their schemas. */
export function defineStage<
  const Schema extends JsonSchema,
  const Inputs extends InputPorts,
  const Outputs extends OutputPorts,
>(stage: StageSpec<{ readonly schema: Schema; readonly inputs: Inputs; readonly outputs: Outputs }>): Stage {
  // The only place where the types are dropped: these functions only get what the schema accepts.
  return stage as unknown as Stage;
}

/** The kind of a stage, as the engine sees it. */
export function definitionOf(
  stage: Stage,
  named: Pick<
    StageDefinition,
    'uses' | 'version' | 'sources' | 'startsProcess' | 'runsForeignCode' | 'ports' | 'workplace' | 'linksInputs'
  >,
): StageDefinition {
  const { summary, inputs, outputs, continuation, files, environment, secrets } = stage;
  const own = (config: JsonObject, world: World) => stage.source?.(config, world);
  return {
    ...named,
    summary,
    lane: stage.lane ?? 'cpu',
    config: strict(stage.schema),
    inputs,
    outputs,
    ...(stage.check && { check: (config) => stage.check?.(config) ?? [] }),
    ...(stage.outputFacts && { outputFacts: (config) => stage.outputFacts?.(config) ?? {} }),
    ...(stage.checkInputs && { checkInputs: (config, facts) => stage.checkInputs?.(config, facts) ?? [] }),
    ...((stage.source || files || environment) && {
      source: async (config, world) =>
        declaredSource(await own(config, world), namesIn(files, config), namesIn(environment, config), world),
    }),
    ...(secrets && { secrets: (config) => namesIn(secrets, config) }),
    ...(named.runsForeignCode && {
      variables: (config) => [...alwaysPassed, ...namesIn(environment, config), ...namesIn(secrets, config)],
    }),
    ...(continuation && { continuation }),
    load: async () => ({ run: (context) => stage.run(context) }),
  };
}

function namesIn(names: Names<JsonObject> | undefined, config: JsonObject): readonly string[] {
  return typeof names === 'function' ? names(config) : (names ?? []);
}

/** A schema that rejects unknown settings, unless it allows them; the same for nested objects. */
function strict(schema: JsonSchema): JsonSchema {
  const properties = schema['properties'];
  if (typeof properties !== 'object' || properties === null) return schema;
  const inside = Object.entries(properties).map(([name, property]) => [name, strict(property as JsonSchema)]);
  const saysOtherwise = [
    'additionalProperties',
    'patternProperties',
    'unevaluatedProperties',
    'allOf',
    'anyOf',
    'oneOf',
  ];
  const isOpen = saysOtherwise.some((keyword) => keyword in schema);
  return { ...schema, properties: Object.fromEntries(inside), ...(!isOpen && { additionalProperties: false }) };
}
