import type { Json } from '../../json/json.ts';
import { estimateOf } from '../results/comparison.ts';
import type { Model } from '../results/experiment.ts';
import { differenceSentence, meanSentence, pSentence } from '../results/numbers.ts';
import { ranked, rowOf, type Study } from '../results/study.ts';
import { repetitionWord, shortNames } from './roles.ts';

/** The last part of a path: `temperature` of `params.temperature`. */
export function pathWord(path: string): string {
  return path.slice(path.lastIndexOf('.') + 1);
}

/** A swept value as text. */
export function valueWord(value: Json): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** `temperature 4`, or the name of the model if nothing is swept. */
function variantWords({ setting, name }: Model): string {
  const entries = Object.entries(setting);
  return entries.length === 0
    ? name
    : entries.map(([path, value]) => `${pathWord(path)} ${valueWord(value)}`).join(', ');
}

/** The best variant at the beginning of a sentence: `Temperature 4`; the name of a stage stays unchanged. */
export function bestWords({ best, models }: Study): string {
  return Object.keys(best.setting).length === 0 ? shortNames(models)(best) : capital(variantWords(best));
}

/** `2, 4 and 8`. */
export function list(words: readonly string[]): string {
  if (words.length < 2) return words.join('');
  return `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`;
}

/** The finding of a sweep: which values cannot be distinguished from the best. */
export function findingOfSweep(study: Study): string {
  const { best, rivals, paths } = study;
  const tested = rivals.filter(({ corrected }) => corrected !== undefined);
  if (tested.length === 0) return `${bestWords(study)} measured best; without repetitions, this may be chance`;
  const worse = tested.filter(({ corrected }) => corrected! < 0.05);
  const alike = tested.length - worse.length;
  const untested = rivals.length - tested.length;
  if (worse.length === 0 && untested === 0)
    return `No value of ${list(paths.map(pathWord))} can be distinguished from the best`;
  if (worse.length === rivals.length) return `${bestWords(study)} is better than every other value`;
  const rest = [
    ...(alike > 0 ? [`${alike} cannot be distinguished from it`] : []),
    ...(untested > 0 ? [`${untested} cannot be tested`] : []),
  ];
  return `${worse.length} of ${rivals.length} other values ${worse.length === 1 ? 'is' : 'are'} worse than ${variantWords(best)}; ${list(rest)}`;
}

/** The answer in one sentence: the best, the difference, the baseline, p and n. */
export function headline(study: Study, pipeline: string): string {
  const [goal] = study.measures;
  const own = estimateOf(study.best, goal)!;
  const row = rowOf(study.comparison, study.best, goal);
  const name = bestWords(study);
  const what = `${meanSentence(own, goal.unit)} ${goal.phrase}`;
  if (row?.difference && row.against) {
    const { difference, corrected } = row;
    const other = shortNames(study.models)(row.against);
    const size = `${differenceSentence(difference.mean, goal.unit)}${goal.unit === 'number' ? ' ' : ' of '}${goal.phrase}`;
    if (corrected === undefined) {
      return `${name}: ${size} over ${other}, measured ${difference.count === 1 ? 'once' : 'alike in all repetitions'}`;
    }
    const sure = `(${pSentence(corrected)}, ${difference.count} ${repetitionWord(study)})`;
    return corrected < 0.05
      ? `${name}: ${size} over ${other} ${sure}`
      : `${name} cannot be distinguished from ${other}: ${size} ${sure}`;
  }
  if (study.variants.length > 1) return `${name} is best of ${study.variants.length}: ${what}`;
  const [first] = ranked(study.models, goal);
  return study.models.length > 1 && first === study.best
    ? `${name} is best of ${study.models.length}: ${what}`
    : `${study.models.length > 1 ? name : pipeline}: ${what}`;
}

/** What is uncertain, and what weakens the answer. */
export function caveats(study: Study): readonly string[] {
  const [goal] = study.measures;
  const count = estimateOf(study.best, goal)?.count ?? 0;
  const chosen = study.variants.length > 1 || study.models.length > 1;
  return [
    ...(study.unanswered === undefined
      ? []
      : [`No result has ${study.unanswered}, which was requested. This is about ${goal.phrase} instead.`]),
    ...(study.without.length > 0 ? [withoutWords(study)] : []),
    ...(count < 2
      ? ['Every model was measured once, so the effect of the seed is unknown. Sweep the seed to measure it.']
      : []),
    ...(count >= 2 && count < 5 ? [`${count} repetitions show only large differences.`] : []),
    ...(chosen
      ? ['The best was chosen by the same numbers that it is judged by, so its result is slightly optimistic.']
      : []),
  ];
}

/** More names are not read. */
const mostNamed = 5;

function withoutWords({ without, variants, stage, measures: [goal] }: Study): string {
  const named = without.slice(0, mostNamed).map(variantWords);
  const rest = without.length - named.length;
  const all = without.length + variants.length;
  return `${without.length} of ${all} variants of ${stage} report no number for ${goal.phrase}, and are left out: ${list([...named, ...(rest > 0 ? [`${rest} more`] : [])])}.`;
}

/** With a capital letter. */
export function capital(text: string): string {
  return `${text.slice(0, 1).toUpperCase()}${text.slice(1)}`;
}
