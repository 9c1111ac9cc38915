import type { Progress } from '../engine/definition.ts';
import type { Rate } from './progress-rate.ts';
import { count, duration, size } from './units.ts';

const barWidth = 24;

/** `━━━━━━╺─────  61 %`: how much of the work is done. */
export function bar(done: number, total: number): string {
  const share = total > 0 ? Math.min(1, done / total) : 0;
  const filled = Math.floor(share * barWidth);
  const drawn = '━'.repeat(filled) + (filled < barWidth ? `╺${'─'.repeat(barWidth - filled - 1)}` : '');
  return `${drawn} ${String(Math.floor(100 * share)).padStart(3)} %`;
}

/** `epoch 2/5 · 1,234 images/s · 20.5s left · loss 1.2301 · accuracy 0.4512`: progress in words. */
export function progressWords(progress: Progress, rate: Rate): string {
  const amount = (value: number) => (progress.unit === 'bytes' ? size(value) : count(value));
  // A label is the stage's own text: nothing in it may move the cursor.
  const parts = [progress.label.replaceAll(/\p{Cc}+/gu, ' ')];
  if (rate.perSecond !== undefined) {
    parts.push(
      progress.unit === 'bytes' ? `${amount(rate.perSecond)}/s` : `${amount(rate.perSecond)} ${progress.unit}/s`,
    );
  }
  if (rate.secondsLeft !== undefined) parts.push(`${duration(rate.secondsLeft)} left`);
  for (const [name, value] of Object.entries(progress.metrics ?? {})) parts.push(`${name} ${value.toFixed(4)}`);
  return parts.join(' · ');
}
