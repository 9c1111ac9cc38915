import type { RunSummary, StageSummary } from '../engine/index.ts';
import type { Problem } from '../problem/problem.ts';
import { shown } from '../problem/shown.ts';
import { metricLines } from './compare/metrics-text.ts';
import { resultLines } from './compare/results-text.ts';
import { goalLines } from './results/goal.ts';
import { whyWords } from './summary.ts';
import { duration } from './units.ts';

/** The results of a run, in Markdown, for the page of a CI job. Foreign text is shown as code, so it cannot become markup. */
export function jobSummary(summary: RunSummary): string {
  const { pipeline, outcome, stages, ran, hits, failed } = summary;
  const counts = `${ran} ran, ${hits} reused${failed > 0 ? `, ${failed} failed` : ''}`;
  const rows = stages.map((stage) => {
    const cells = [
      code(stage.id),
      stage.state === 'hit' ? 'reused' : stage.state,
      stage.state === 'skipped' ? '' : duration(stage.seconds),
      keyOf(stage),
    ];
    return `| ${[...cells, code(whyWords(stage))].join(' | ')} |`;
  });
  const head = ['| stage | state | took | key | why |', '|---|---|---|---|---|'];
  return [`### ${code(pipeline)}: ${outcome}, ${counts}`, '', ...head, ...rows, '', ...numbersOf(summary)].join('\n');
}

/** What the stages measured, and the goal, as on a terminal. */
function numbersOf(summary: RunSummary): string[] {
  const { stages, goal } = summary;
  const parts = [
    ...resultLines(stages, Number.POSITIVE_INFINITY),
    metricLines(stages, Number.POSITIVE_INFINITY),
    goal ? goalLines(summary, goal) : [],
  ];
  const text = parts.filter((lines) => lines.length > 0).map((lines) => lines.join('\n'));
  return text.length > 0 ? [`<pre>${html(shown(text.join('\n\n')))}</pre>`, ''] : [];
}

function keyOf({ key }: StageSummary): string {
  return key === undefined ? '' : code(key.slice(0, 12));
}

/** Text as code in a cell of a table: no character in it is markup. */
function code(text: string): string {
  const line = shown(text).replaceAll(/\s+/gu, ' ').trim().slice(0, 200);
  if (line === '') return '';
  const escaped = html(line).replaceAll('|', '&#124;').replaceAll('`', '&#96;');
  return `<code>${escaped.replaceAll(/[*_[\]\\~]/gu, (sign) => `&#${sign.charCodeAt(0)};`)}</code>`;
}

/** Text in which no character begins a tag. */
function html(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
}

/**
 * Problems as annotations of GitHub's jobs, at their file and line
 * (https://docs.github.com/actions/reference/workflow-commands-for-github-actions).
 */
export function problemAnnotations(problems: readonly Problem[]): string {
  return problems
    .map(({ message, origin, hint }) => {
      const place = 'file' in origin ? { file: origin.file, line: origin.line, col: origin.column } : {};
      return annotation({ title: 'pipe', ...place }, hint === undefined ? message : `${message}\nhint: ${hint}`);
    })
    .join('');
}

/** Failed stages as annotations. */
export function failureAnnotations({ stages }: RunSummary): string {
  return stages
    .filter(({ state }) => state === 'failed')
    .map(({ id, because }) => annotation({ title: `stage ${id} failed` }, because ?? ''))
    .join('');
}

function annotation(properties: Readonly<Record<string, string | number>>, message: string): string {
  const parts = Object.entries(properties).map(([name, value]) => `${name}=${escapedProperty(String(value))}`);
  return `::error ${parts.join(',')}::${escapedData(message)}\n`;
}

function escapedData(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}

function escapedProperty(text: string): string {
  return escapedData(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
}

/** How a CI folds text. */
export interface Fold {
  before(title: string): string;
  readonly after: string;
}

/**
 * GitHub's folds. The folded text is foreign: inside, the runner executes no commands.
 * @param token that the text cannot guess.
 */
export function githubFold(token: string): Fold {
  return {
    before: (title) => `::group::${escapedData(shown(title))}\n::stop-commands::${token}\n`,
    after: `::${token}::\n::endgroup::\n`,
  };
}

/** GitLab's folds. @param seconds since the Unix epoch. */
export function gitlabFold(token: string, seconds: number): Fold {
  return {
    before: (title) => `\u001b[0Ksection_start:${seconds}:log_${token}[collapsed=true]\r\u001b[0K${shown(title)}\n`,
    after: `\u001b[0Ksection_end:${seconds}:log_${token}\r\u001b[0K`,
  };
}
