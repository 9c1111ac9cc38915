import type { RunEvent, RunListener } from '../engine/index.ts';
import type { LocalStore, StageLog } from '../engine/store/index.ts';

/** Stores the output of a run's stages. */
export function keptLogs({ logs }: LocalStore, run: string): RunListener {
  const open = new Map<string, StageLog>();
  const end = (stage: string) => {
    open.get(stage)?.end();
    open.delete(stage);
  };
  return (event: RunEvent) => {
    switch (event.type) {
      case 'stage-started':
        end(event.stage);
        open.set(event.stage, logs.begin(event.key, { run, attempt: event.attempt }));
        break;
      case 'stage-output':
        open.get(event.stage)?.write(event.text);
        break;
      case 'stage-finished':
      case 'stage-failed':
        end(event.stage);
        break;
      case 'run-finished':
        for (const stage of [...open.keys()]) end(stage);
        break;
    }
  };
}
