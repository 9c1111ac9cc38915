export { type Clock, systemClock } from './clock.ts';
export type {
  Continuation,
  DefinitionCatalogue,
  Progress,
  StageContext,
  StageDefinition,
  StageProgram,
  StageResult,
  World,
} from './definition.ts';
export type { FileDigests } from './file-digests.ts';
export { type GraphNode, type InputEdge, laneOf, mergePipelines, needsOf, type StageGraph } from './graph/graph.ts';
export { isMeant, variantName } from './graph/node-names.ts';
export { nodesNamed, type SelectionOptions, unknownStage } from './graph/selection.ts';
export type { EarlierResult, FieldChange, Forecast, MissReason, Plan, PlannedStage } from './plan/plan.ts';
export { planOf, planPipeline, surveyPipeline } from './plan/planning.ts';
export type { Survey } from './plan/survey.ts';
export { newestFirst, type OutputRecord, type StageRecord } from './record.ts';
export { tryStage, visitStage } from './run/aside.ts';
export { checkContinuable } from './run/continuation.ts';
export { type Curve, curvesFile, curvesOutput, readCurves } from './run/curves.ts';
export type { RunEvent, RunListener, RunOutcome, StageOutline } from './run/events.ts';
export type { Execution, Executor, StageJob, StageListener } from './run/executor.ts';
export { inProcessExecutor } from './run/in-process.ts';
export { frozenOut, wasStopped } from './run/ledger.ts';
export { type ProgressNote, ProgressNotes } from './run/progress-notes.ts';
export { ProgressMeter, type Rate } from './run/progress-rate.ts';
export { type FileDifference, type OutputComparison, type Rerun, rerunStage } from './run/rerun.ts';
export { type RunOptions, type RunServices, runPipeline } from './run/run.ts';
export { RunState, type StageState } from './run/run-state.ts';
export { checkSecrets, warningsOfSecrets } from './run/secrets.ts';
export type { RunSummary, StageSummary } from './run/summary.ts';
export type {
  Claims,
  Damage,
  Draft,
  Elsewhere,
  Lookup,
  Objects,
  Publication,
  Records,
  Store,
} from './store/contract.ts';
