export { editorSchema } from './editor-schema.ts';
export type { ConfigIssue, InputPort, JsonSchema, KindCatalogue, OutputFacts, OutputPort, StageKind } from './kind.ts';
export type { ReadMemory } from './memory.ts';
export type { Goal, Need, Pipeline, StageDeclaration } from './pipeline.ts';
export { type ProjectSettings, readProject, usualProject } from './project.ts';
export { type ReadRequest, readPipelines } from './read.ts';
