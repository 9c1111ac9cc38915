import type { JsonObject } from '../json/json.ts';

/** A JSON Schema (draft 2020-12 as ajv reads it). `keyed: false` on a property keeps it out of the key. */
export type JsonSchema = Readonly<Record<string, unknown>>;

/** What a definition says about one of its inputs. */
export interface InputPort {
  readonly summary: string;
  readonly optional?: boolean;
}

/** What a definition says about one of its outputs: one file, or one directory. */
export interface OutputPort {
  readonly summary: string;
  /** The name of the file or directory inside the artifact, e.g. `weights.safetensors`. */
  readonly file: string;
  readonly directory?: boolean;
}

/** A rule between fields that JSON Schema cannot say, broken: where in `with`, what, and what to do. */
export interface ConfigIssue {
  readonly path: readonly string[];
  readonly message: string;
  readonly hint?: string;
}

/** Facts of artifacts that are known before they are made, by the name of the input or output. */
export type OutputFacts = Readonly<Record<string, JsonObject>>;

/** The part of a stage kind that checking a document needs. */
export interface StageKind {
  readonly uses: string;
  readonly summary: string;
  readonly config: JsonSchema;
  /**
   * True if the program runs code that is not ours, such as a command or a module of the user. It gets copies of its inputs, and
   * what it leaves is copied, unless all that it started is known to have ended; and a stage may say how its processes run.
   */
  readonly runsForeignCode?: boolean;
  readonly inputs: Readonly<Record<string, InputPort>>;
  readonly outputs: Readonly<Record<string, OutputPort>>;
  /** Present where inputs and outputs depend on the configuration (`shell`): called with the checked configuration. */
  ports?(config: JsonObject): {
    readonly inputs: Readonly<Record<string, InputPort>>;
    readonly outputs: Readonly<Record<string, OutputPort>>;
  };
  /** Rules between fields; called only with a configuration that fits `config`. */
  check?(config: JsonObject): readonly ConfigIssue[];
  /** What the configuration says of outputs before they are made, by their names; what it cannot say is absent. */
  outputFacts?(config: JsonObject): OutputFacts;
  /** Rules between the configuration and what the stages before promise of this one's inputs; called where `check` found nothing. */
  checkInputs?(config: JsonObject, promised: OutputFacts): readonly ConfigIssue[];
}

/** Finds a stage kind by the name or the module path written after `uses`. */
export interface KindCatalogue {
  readonly names: readonly string[];
  /** @param fromFile the YAML file that wrote `uses`, against which `./module.ts` is resolved. */
  find(uses: string, fromFile: string): Promise<StageKind | undefined>;
}
