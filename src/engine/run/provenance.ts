import type { JsonObject } from '../../json/json.ts';
import type { StageResult } from '../definition.ts';
import type { Computation } from '../plan/survey.ts';
import type { Continued } from './continuation.ts';

/** The run that a result comes from. */
export interface RunIdentity {
  readonly run: string;
  readonly pipeline: string;
  /** The code: the version of the package, the git commit, and whether the tree was dirty. */
  readonly origin: JsonObject;
}

/** When a stage ran, in milliseconds since the Unix epoch. */
export interface Span {
  readonly started: number;
  readonly finished: number;
}

/**
 * The provenance of a result, for its record; none of it is part of the key. `config` is complete, `inputs` names the output that each
 * input came from, `ranOn` is what the stage itself reports; `continued` is present if it continued from the end of a shorter computation.
 */
export function provenanceOf(
  { node }: Computation,
  { run, pipeline, origin }: RunIdentity,
  span: Span,
  result: StageResult,
  continued: Continued | undefined,
): JsonObject {
  return {
    run,
    pipeline,
    stage: node.stage.id,
    config: node.stage.config,
    params: node.stage.params,
    inputs: Object.fromEntries(
      Object.entries(node.inputs).map(([port, edge]) => [port, `${edge.node}.${edge.output}`]),
    ),
    origin,
    started: new Date(span.started).toISOString(),
    finished: new Date(span.finished).toISOString(),
    ranOn: result.provenance,
    ...(continued && { continued: { ...continued } }),
  };
}
