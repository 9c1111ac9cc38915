import type { CliCommand } from '../command.ts';

/**
 * Every command by name, in the order of `--help`. The file of a command is loaded only if the command is typed or listed: `pipe runs` does
 * not load what runs stages.
 */
export const commands: Readonly<Record<string, () => Promise<{ readonly command: CliCommand }>>> = {
  run: () => import('./run.ts'),
  try: () => import('./try.ts'),
  shell: () => import('./shell.ts'),
  plan: () => import('./plan.ts'),
  explain: () => import('./explain.ts'),
  diff: () => import('./diff.ts'),
  compare: () => import('./compare.ts'),
  export: () => import('./export.ts'),
  runs: () => import('./runs.ts'),
  watch: () => import('./watch.ts'),
  logs: () => import('./logs.ts'),
  show: () => import('./show.ts'),
  report: () => import('./report.ts'),
  verify: () => import('./verify.ts'),
  gc: () => import('./gc.ts'),
  push: () => import('./push.ts'),
  pull: () => import('./pull.ts'),
  remote: () => import('./remote.ts'),
  keys: () => import('./keys.ts'),
  setup: () => import('./setup.ts'),
  doctor: () => import('./doctor.ts'),
};
