import type { StageContext, StageResult, World } from '../../engine/definition.ts';
import type { JsonObject } from '../../json/json.ts';
import type { InputPort, JsonSchema, OutputPort } from '../../schema/kind.ts';

/** What a module of your own exports by default, to be used as a stage by `uses: ./path/module.ts`. */
export interface StageModule<Config = JsonObject> {
  readonly summary: string;
  /** The lane it occupies while it runs; `cpu` by default. */
  readonly lane?: string;
  /** JSON Schema of its `with`; its defaults are filled in before `run` sees it. */
  readonly config: JsonSchema;
  readonly inputs: Readonly<Record<string, InputPort>>;
  readonly outputs: Readonly<Record<string, OutputPort>>;
  /** Facts from outside the store that the result depends on, e.g. digests of files; part of the key. */
  observe?(config: Config, world: World): Promise<JsonObject>;
  run(context: StageContext<Config>): Promise<StageResult>;
}
