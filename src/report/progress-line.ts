import type { Progress, Rate } from '../engine/index.ts';
import { shownLine } from '../problem/shown.ts';
import { displayWidth } from './display-width.ts';
import { steadyWords } from './results/numbers.ts';
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

/**
 * The progress of a stage, in a line of at most `room`: first label and metrics, then the share done, the time left and the rate, as far as
 * they fit, with a bar in front if there is room. No bar if the total is unknown.
 */
export function progressLine(progress: Progress, rate: Rate, room: number, paint: (bar: string) => string): string {
  const isBounded = progress.total > 0;
  const share = isBounded ? `${Math.floor(100 * Math.min(1, progress.done / progress.total))} %` : undefined;
  const { label, metrics, left, speed } = wordsOf(progress, rate);
  const fitting = (parts: readonly (string | undefined)[]) => {
    let line = '';
    for (const part of parts) {
      if (part === undefined) continue;
      const longer = line === '' ? part : `${line} · ${part}`;
      if (line !== '' && displayWidth(longer) > room) break;
      line = longer;
    }
    return line;
  };
  const beside = fitting([label, ...metrics, left, speed]);
  const width = Math.min(widestBar, room - displayWidth(beside) - displayWidth(bar(0, 1, 0)) - 2);
  const isWhole = beside === [label, ...metrics, left, speed].filter((part) => part !== undefined).join(' · ');
  if (isBounded && isWhole && width >= narrowestBar) {
    return `${paint(bar(progress.done, progress.total, width))}  ${beside}`;
  }
  return fitting([label, ...metrics, share, left, speed]);
}

/** `epoch 2/5 · loss 1.230 · accuracy 0.4512 · 20.5s left · 1,234 images/s`: the most important first. */
export function progressWords(progress: Progress, rate: Rate): string {
  const { label, metrics, left, speed } = wordsOf(progress, rate);
  return [label, ...metrics, left, speed].filter((part) => part !== undefined).join(' · ');
}

function wordsOf({ label, unit, metrics = {} }: Progress, { perSecond, secondsLeft }: Rate) {
  const speed =
    perSecond === undefined
      ? undefined
      : unit === 'bytes'
        ? size(perSecond)
        : `${count(perSecond)} ${shownLine(String(unit))}`;
  return {
    // A user's stage may ignore our types; its text stays on one line.
    label: shownLine(String(label)),
    metrics: Object.entries(metrics).map(([name, value]) => `${shownLine(name)} ${steadyWords(Number(value))}`),
    left: secondsLeft === undefined ? undefined : `${duration(secondsLeft)} left`,
    speed: speed && `${speed}/s`,
  };
}
