import { randomBytes } from 'node:crypto';
import { appendFileSync } from 'node:fs';
import { type RunSummary, systemClock } from '../engine/index.ts';
import type { LocalStore } from '../engine/store/index.ts';
import type { Problem } from '../problem/problem.ts';
import { shown } from '../problem/shown.ts';
import { type Fold, failureAnnotations, githubFold, gitlabFold, jobSummary, problemAnnotations } from '../report/ci.ts';
import type { CliContext } from './context.ts';

/** Reports a run in the format of the current CI, if there is one: a summary, annotations, and folded logs of failures. */
export function reportToCi(context: CliContext, summary: RunSummary, store: LocalStore): void {
  const { environment, stderr } = context;
  const page = environment['GITHUB_STEP_SUMMARY'];
  if (page) appendFileSync(page, jobSummary(summary));
  const fold = foldOf(environment);
  if (!fold) return;
  for (const { id, key, state } of summary.stages) {
    const text = state === 'failed' && key !== undefined ? logText(store, key, summary.run) : '';
    if (text === '') continue;
    // Bypasses the outlet: the fold marks are the only control characters, and they are ours.
    stderr.stream.write(`${fold.before(`output of ${id}`)}${shown(text)}\n${fold.after}`);
  }
  if (environment['GITHUB_ACTIONS'] === 'true') stderr.write(failureAnnotations(summary));
}

/** Reports problems of the configuration as annotations, if GitHub runs this. */
export function annotateProblems({ environment, stderr }: CliContext, problems: readonly Problem[]): void {
  if (environment['GITHUB_ACTIONS'] === 'true') stderr.write(problemAnnotations(problems));
}

function foldOf(environment: CliContext['environment']): Fold | undefined {
  const token = randomBytes(16).toString('hex');
  if (environment['GITHUB_ACTIONS'] === 'true') return githubFold(token);
  return environment['GITLAB_CI'] === 'true' ? gitlabFold(token, Math.floor(systemClock.now() / 1000)) : undefined;
}

/** The stored output of a stage in a run. */
function logText({ logs }: LocalStore, key: string, run: string): string {
  const name = logs.list(key).find((each) => each.run === run);
  return name ? logs.read(key, name).bytes.toString('utf8') : '';
}
