import type { Plan, RunSummary, StageGraph, StageSummary } from '../engine/index.ts';
import { reasonWords } from './reason.ts';

/** The results of a pipeline in the store, as after a frozen run. @param run its id. */
export function plannedSummary(graph: StageGraph, { pipeline, stages }: Plan, run: string): RunSummary {
  const summaries = stages.map(({ id, uses, forecast }): StageSummary => {
    const node = graph.nodes.get(id)!;
    const record = forecast.state === 'hit' ? forecast.record : undefined;
    return {
      id,
      stage: node.stage.id,
      uses,
      key: forecast.state === 'after' ? undefined : forecast.key,
      state: record ? 'hit' : 'skipped',
      because:
        forecast.state === 'after'
          ? `after ${forecast.after.join(', ')}`
          : forecast.state === 'miss'
            ? reasonWords(forecast.reason)
            : undefined,
      ...(forecast.state === 'hit' && forecast.from && { from: forecast.from }),
      reason: undefined,
      seconds: record?.seconds ?? 0,
      outputs: record?.outputs ?? {},
      metrics: record?.metrics ?? {},
      provenance: record?.provenance ?? {},
      files: Object.fromEntries(Object.entries(node.outputs).map(([name, { file }]) => [name, file])),
      ...(node.stage.report && { report: node.stage.report }),
      variants: node.variants,
    };
  });
  const hits = summaries.filter(({ state }) => state === 'hit').length;
  const skipped = summaries.length - hits;
  const outcome = skipped === 0 ? 'done' : 'failed';
  const goal = graph.goal && { goal: graph.goal };
  return { run, pipeline, outcome, seconds: 0, hits, ran: 0, failed: 0, skipped, ...goal, stages: summaries };
}
