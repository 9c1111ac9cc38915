import type { OutputFacts } from './kind.ts';
import type { Need } from './pipeline.ts';
import type { ProblemList } from './problem-list.ts';
import { type CheckedStage, reportIssues } from './stage.ts';
import type { Wiring } from './wiring.ts';

/** Holds each stage to what the stages it reads from promise of their outputs. */
export function checkInputs(stages: ReadonlyMap<string, CheckedStage>, wiring: Wiring, problems: ProblemList): void {
  for (const [id, stage] of stages) {
    const { kind, config } = stage;
    if (!kind?.checkInputs || !config) continue;
    reportIssues(stage, kind.checkInputs(config, promisedTo(wiring.get(id) ?? {}, stages)), problems);
  }
}

/** What is promised of the inputs of a stage, by their names. */
function promisedTo(needs: Readonly<Record<string, Need>>, stages: ReadonlyMap<string, CheckedStage>): OutputFacts {
  const promised = Object.entries(needs).flatMap(([port, { stage, output }]) => {
    const producer = stages.get(stage);
    const promise = producer?.config && producer.kind?.outputFacts?.(producer.config)[output];
    return promise ? [[port, promise] as const] : [];
  });
  return Object.fromEntries(promised);
}
