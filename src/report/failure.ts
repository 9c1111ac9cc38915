import type { RunEvent } from '../engine/index.ts';
import type { Palette } from './palette.ts';

/** The error of a stage and the next step, as text of one or more lines. */
export function failureLines(
  { stage, message, hint, stack }: Extract<RunEvent, { readonly type: 'stage-failed' }>,
  palette: Palette,
): string {
  const lines = [`${palette.red('error:')} ${stage}: ${message}`];
  if (hint !== undefined) lines.push(`${palette.cyan('hint:')} ${hint}`);
  // An unexpected error: the developer of the stage needs to see its place.
  if (stack !== undefined) lines.push(stack.split('\n').slice(1).join('\n'));
  return lines.join('\n');
}
