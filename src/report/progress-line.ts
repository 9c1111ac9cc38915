import type { Progress, Rate } from '../engine/index.ts';
import { shownLine } from '../problem/shown.ts';
import { count, duration, size } from './units.ts';

const widestBar = 24;
const narrowestBar = 6;

/** `━━━━━━╺─────  61 %`: how much of the work is done. */
function bar(done: number, total: number, width: number = widestBar): string {
  const share = total > 0 ? Math.min(1, done / total) : 0;
  const filled = Math.floor(share * width);
  const drawn = '━'.repeat(filled) + (filled < width ? `╺${'─'.repeat(width - filled - 1)}` : '');
  return `${drawn} ${String(Math.floor(100 * share)).padStart(3)} %`;
}

/** A bar and words beside it, the bar as wide as the words leave it room; words alone where nobody knows how much there is to do. @param room in characters. */
export function progressLine(progress: Progress, rate: Rate, room: number, paint: (bar: string) => string): string {
  const words = progressWords(progress, rate);
  if (progress.total <= 0) return words;
  const besideBar = bar(0, 1, 0).length + words.length + 2;
  const width = Math.max(narrowestBar, Math.min(widestBar, room - besideBar));
  return `${paint(bar(progress.done, progress.total, width))}  ${words}`;
}

/** `epoch 2/5 · 20.5s left · loss 1.230 · accuracy 0.4512 · 1,234 images/s`: what matters most first, a narrow terminal cuts the end. */
export function progressWords({ label, unit, metrics = {} }: Progress, { perSecond, secondsLeft }: Rate): string {
  // A stage of the user's is not held to our types, and its text stays on one line.
  const parts = [shownLine(String(label))];
  if (secondsLeft !== undefined) parts.push(`${duration(secondsLeft)} left`);
  for (const [name, value] of Object.entries(metrics)) parts.push(`${shownLine(name)} ${Number(value).toPrecision(4)}`);
  if (perSecond !== undefined)
    parts.push(unit === 'bytes' ? `${size(perSecond)}/s` : `${count(perSecond)} ${shownLine(String(unit))}/s`);
  return parts.join(' · ');
}
