export { type Clock, systemClock } from './clock.ts';
export { checkContinuable } from './continuation.ts';
export type {
  Continuation,
  Definition,
  DefinitionCatalogue,
  Progress,
  StageContext,
  StageProgram,
  StageResult,
  World,
} from './definition.ts';
export type { RunEvent, RunListener, RunOutcome, StageOutline } from './events.ts';
export type { Executor, StageJob, StageListener } from './executor.ts';
export { type Graph, type GraphNode, type InputEdge, mergePipelines } from './graph.ts';
export { inProcessExecutor } from './in-process.ts';
export { variantName } from './node-names.ts';
export type { FieldChange, Forecast, MissReason, Plan, PlannedStage } from './plan.ts';
export { planOf, planPipeline, surveyPipeline } from './planning.ts';
export type { OutputRecord, StageRecord } from './record.ts';
export { type FileDifference, type OutputComparison, type Rerun, rerunStage } from './rerun.ts';
export { type RunOptions, type RunServices, runPipeline } from './run.ts';
export { nodesNamed, type SelectionOptions } from './selection.ts';
export type { Draft, Lookup, Publication, Store } from './store/contract.ts';
export type { RunSummary, StageSummary } from './summary.ts';
export type { Survey } from './survey.ts';
