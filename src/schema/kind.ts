import type { JsonObject } from '../json/json.ts';

/** A JSON Schema (draft 2020-12 as ajv reads it). `keyed: false` on a property keeps it out of the key. */
export type JsonSchema = Readonly<Record<string, unknown>>;

/** How a definition describes one of its inputs. */
export interface InputPort {
  readonly summary: string;
  readonly optional?: boolean;
}

/** How a definition describes one of its outputs: one file, or one directory. */
export interface OutputPort {
  readonly summary: string;
  /** The name of the file or directory inside the artifact, e.g. `weights.safetensors`. */
  readonly file: string;
  readonly directory?: boolean;
}

/** The inputs and outputs of a stage. */
export interface Ports {
  /** The setting that names the inputs, if they depend on one. */
  readonly inputsIn?: string;
  readonly inputs: Readonly<Record<string, InputPort>>;
  readonly outputs: Readonly<Record<string, OutputPort>>;
}

/** A broken rule between fields that JSON Schema cannot express: the place in `with`, the problem, and what to do. */
export interface ConfigIssue {
  readonly path: readonly string[];
  readonly message: string;
  readonly hint?: string;
}

/** Facts about artifacts that are known before they are made, by the name of the input or output. */
export type OutputFacts = Readonly<Record<string, JsonObject>>;

/** The part of a stage kind that is needed to check a document. */
export interface StageKind {
  readonly uses: string;
  readonly summary: string;
  readonly config: JsonSchema;
  /**
   * True if the program runs foreign code, such as a command or a user's module. It gets copies of its inputs, and its outputs are copied
   * unless all processes that it started are known to have ended. A stage can set how its processes run.
   */
  readonly runsForeignCode?: boolean;
  readonly inputs: Readonly<Record<string, InputPort>>;
  readonly outputs: Readonly<Record<string, OutputPort>>;
  /** Present if inputs and outputs depend on the configuration (`shell`): called with the checked configuration. */
  ports?(config: JsonObject): Ports;
  /** Rules between fields; called only with a configuration that matches `config`. */
  check?(config: JsonObject): readonly ConfigIssue[];
  /** What the configuration determines about outputs before they are made, by their names; anything else is absent. */
  outputFacts?(config: JsonObject): OutputFacts;
  /** Rules between the configuration and what the earlier stages promise about the inputs; called if `check` found nothing. */
  checkInputs?(config: JsonObject, promised: OutputFacts): readonly ConfigIssue[];
}

/** Finds a stage kind by the name or module path written after `uses`. */
export interface KindCatalogue {
  readonly names: readonly string[];
  /** @param fromFile the YAML file that contains `uses`; `./module.ts` is relative to it. */
  find(uses: string, fromFile: string): Promise<StageKind | undefined>;
}
