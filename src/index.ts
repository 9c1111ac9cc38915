// What a module of your own may import. What of it is there when the module runs is in stages/module/own-package.ts.
export type { Progress, Source, StageContext, StageReport, World } from './engine/definition.ts';
export type { Json, JsonObject } from './json/json.ts';
export { EnvironmentError, StageError, UserError } from './problem/errors.ts';
export type { ConfigIssue, InputPort, JsonSchema, OutputFacts, OutputPort } from './schema/kind.ts';
export { typed, type ValueOf } from './schema/value-of.ts';
export { type ContextOf, defineStage, type Stage, type StageShape, type StageSpec } from './stages/define.ts';
