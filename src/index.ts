// What a module of your own may import: the types of a stage.
export type { Progress, StageContext, StageResult, World } from './engine/definition.ts';
export type { Json, JsonObject } from './json/json.ts';
export { EnvironmentError, StageError, UserError } from './problem/errors.ts';
export type { InputPort, JsonSchema, OutputPort } from './schema/kind.ts';
export type { StageModule } from './stages/module/stage-module.ts';
