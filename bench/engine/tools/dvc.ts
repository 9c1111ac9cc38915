import { jsonText, type Tool } from './tool.ts';

/** DVC: digests of files in a lock file, contents in a cache. */
export const dvc: Tool = {
  name: 'DVC',
  describe(stages) {
    const described = stages.map(({ name, command, reads, writes }) => [
      name,
      { cmd: command, deps: reads, outs: [writes] },
    ]);
    return { 'dvc.yaml': jsonText({ stages: Object.fromEntries(described) }) };
  },
  run: () => ['dvc', 'repro', '-q'],
  plan: () => ['dvc', 'status', '-q'],
  prepare: [
    ['dvc', 'init', '-q'],
    ['dvc', 'config', 'core.check_update', 'false'],
  ],
  environment: { DVC_NO_ANALYTICS: '1' },
};
