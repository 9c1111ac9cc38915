import type { RunEvent } from '../engine/index.ts';
import type { Palette } from './palette.ts';

/** What went wrong with a stage and what to do next, as text of one or more lines. */
export function failureLines(
  { stage, message, hint, stack }: Extract<RunEvent, { readonly type: 'stage-failed' }>,
  palette: Palette,
): string {
  const lines = [`${palette.red('error:')} ${stage}: ${message}`];
  if (hint !== undefined) lines.push(`${palette.cyan('hint:')} ${hint}`);
  // Nobody foresaw it: whoever mends the stage needs to see where.
  if (stack !== undefined) lines.push(stack.split('\n').slice(1).join('\n'));
  return lines.join('\n');
}
