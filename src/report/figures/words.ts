import { estimateOf } from '../results/comparison.ts';
import type { Model } from '../results/experiment.ts';
import type { Measure } from '../results/measure.ts';
import { capital, list, listOfFew, pathWord, repetitionWord, valueWord, variantWords } from '../results/names.ts';
import { differenceSentence, meanSentence, pSentence } from '../results/numbers.ts';
import { partWords, uncountedWords, unevenWords } from '../results/repetitions.ts';
import { equalTo, type Rival, ranked, rowOf, type Study } from '../results/study.ts';
import { shortNames } from './roles.ts';

/** The best variant at the beginning of a sentence: `Temperature 4`; the name of a stage stays unchanged. */
export function bestWords({ best, models }: Study): string {
  return Object.keys(best.setting).length === 0 ? shortNames(models)(best) : capital(variantWords(best));
}

/** `best`, or `highest` if it is not known which direction is better. */
export function bestWord({ best }: Measure): string {
  return best === undefined ? 'highest' : 'best';
}

/** The other variants by what the tests show: worse than the best, not distinguishable from it, equal in every repetition, or not tested. */
export function judgedRivals({ rivals }: Study): {
  readonly worse: readonly Rival[];
  readonly alike: readonly Rival[];
  readonly equal: readonly Rival[];
  readonly untested: readonly Rival[];
} {
  const tested = rivals.filter(({ corrected }) => corrected !== undefined);
  return {
    worse: tested.filter(({ corrected }) => corrected! < 0.05),
    alike: tested.filter(({ corrected }) => corrected! >= 0.05),
    equal: rivals.filter(({ untested }) => untested === 'equal'),
    untested: rivals.filter(({ corrected, untested }) => corrected === undefined && untested !== 'equal'),
  };
}

/** How the p of the tests against the best are corrected. */
export function correctionWords({ tests }: Study): string {
  return tests === 1 ? 'uncorrected' : `Holm over all ${tests} pairs`;
}

/** The finding of a sweep: which values cannot be distinguished from the best. */
export function findingOfSweep(study: Study): string {
  const { best, rivals, variants, measures } = study;
  const [goal] = measures;
  const { worse, alike, equal, untested } = judgedRivals(study);
  const equals = equalTo(best, variants, goal);
  const values = valuesWord(study);
  const name = equals.length > 1 ? equalsWords(equals) : bestWords(study);
  if (worse.length + alike.length === 0) {
    if (equals.length === variants.length) return `All ${variants.length} ${values} measured the same ${goal.phrase}`;
    return `${name} measured ${bestWord(goal)}; ${untestedWords(rivals, study)}`;
  }
  if (worse.length === rivals.length) return `${name} is ${betterWord(goal)} than every other value`;
  if (alike.length === rivals.length)
    return `No ${values.replace('values', 'value')} can be distinguished from the ${bestWord(goal)}`;
  const rest = [
    ...(alike.length > 0 ? [`${alike.length} cannot be distinguished from it`] : []),
    ...(equal.length > 0 ? [`${equal.length} ${equal.length === 1 ? 'equals' : 'equal'} it in every repetition`] : []),
    ...(untested.length > 0 ? [`${untested.length} cannot be tested`] : []),
  ];
  const others = `${worse.length} of ${rivals.length} other values ${worse.length === 1 ? 'is' : 'are'} ${worseWord(goal)} than ${variantWords(best)}`;
  return `${others}; ${list(rest)}`;
}

/** Why none of the differences from the best is tested. */
function untestedWords(rivals: readonly Rival[], { over }: Study): string {
  const reasons = new Set(rivals.map(({ untested }) => untested).filter((reason) => reason !== 'equal'));
  const [reason] = reasons;
  if (reasons.size > 1) return 'no difference can be tested';
  if (reason === 'once') return 'without repetitions, this may be chance';
  if (reason === 'constant') return 'each difference is the same in all repetitions, which allows no test';
  if (reason === 'apart') return `no two values share ${repetitionWord({ over })}, which allows no test`;
  return 'it was measured once, which allows no test';
}

/** `values of temperature`, or `settings` of several paths. */
function valuesWord({ paths, stage }: Study): string {
  if (paths.length === 0) return `variants of ${stage}`;
  return paths.length === 1 ? `values of ${pathWord(paths[0]!)}` : 'settings';
}

function betterWord({ best }: Measure): string {
  return best === undefined ? 'higher' : 'better';
}

/** `worse`, or `lower` if it is not known which direction is better. */
export function worseWord({ best }: Measure): string {
  return best === undefined ? 'lower' : 'worse';
}

/** `Temperature 1 and 4`, or `Lr 0.1, width 16 and lr 0.2, width 32`. */
function equalsWords(equals: readonly Model[]): string {
  const [path, ...more] = Object.keys(equals[0]!.setting);
  if (path === undefined || more.length > 0) return capital(listOfFew(equals.map(variantWords)));
  return `${capital(pathWord(path))} ${listOfFew(equals.map(({ setting }) => valueWord(setting[path] ?? null)))}`;
}

/** Which of several models is best, in words: all that are equal to it, or that there is none. */
export function bestOfWords(
  models: readonly Model[],
  measure: Measure,
  name: (equals: readonly Model[]) => string,
  isSure: boolean,
): string {
  const [first] = ranked(models, measure);
  const equals = equalTo(first!, models, measure);
  const of = `${bestWord(measure)} of ${models.length}`;
  if (equals.length === models.length) return `all ${models.length} measured the same`;
  if (equals.length > 1) return `${name(equals)} are equal, and measured ${of}`;
  return `${name(equals)} ${isSure ? 'is' : 'measured'} ${of}`;
}

/** The answer in one sentence: the best, the difference, the baseline, p and n. */
export function headline(study: Study, pipeline: string): string {
  const [goal] = study.measures;
  const own = estimateOf(study.best, goal)!;
  const row = rowOf(study.comparison, study.best, goal);
  const name = bestWords(study);
  const n = own.count > 1 ? ` (n = ${own.count} ${repetitionWord(study)})` : '';
  const what = `${meanSentence(own, goal.unit)} ${goal.phrase}${n}`;
  if (row?.difference && row.against) {
    const { difference, corrected, untested } = row;
    const other = shortNames(study.models)(row.against);
    const size = `${differenceSentence(difference.mean, goal.unit)}${goal.unit === 'number' ? ' ' : ' of '}${goal.phrase}`;
    if (untested === 'equal') return `${name} equals ${other} in all ${difference.count} repetitions: ${what}`;
    if (corrected === undefined) {
      return `${name}: ${size} over ${other}, measured ${untested === 'once' ? 'once' : 'alike in all repetitions, which allows no test'}`;
    }
    const sure = `(${pSentence(corrected)}, ${difference.count} ${repetitionWord(study)})`;
    return corrected < 0.05
      ? `${name}: ${size} over ${other} ${sure}`
      : `${name} cannot be distinguished from ${other}: ${size} ${sure}`;
  }
  const { variants, models, rivals } = study;
  if (variants.length > 1) {
    const isSure = judgedRivals(study).worse.length === rivals.length;
    return `${capital(bestOfWords(variants, goal, (equals) => (equals.length > 1 ? equalsWords(equals) : name), isSure))}: ${what}`;
  }
  if (models.length > 1 && ranked(models, goal)[0] === study.best) {
    const short = shortNames(models);
    return `${bestOfWords(models, goal, (equals) => listOfFew(equals.map(short)), false)}: ${what}`;
  }
  return `${models.length > 1 ? name : pipeline}: ${what}`;
}

/** What is uncertain, and what weakens the answer. */
export function caveats(study: Study): readonly string[] {
  const { variants, models, measures, best, over } = study;
  const [goal] = measures;
  const counts = variants.map((model) => estimateOf(model, goal)?.count ?? 0);
  const [fewest, most] = [Math.min(...counts), Math.max(...counts)];
  const chosen = variants.length > 1 || models.length > 1;
  const allEqual = equalTo(best, models, goal).length === models.length;
  const constant = study.rivals.filter(({ untested }) => untested === 'constant' || untested === 'equal');
  const uneven = unevenWords(variants, goal, over);
  const part = uneven === undefined ? partWords(best, goal, over) : undefined;
  return [
    ...(study.unanswered === undefined
      ? []
      : [`No result has ${study.unanswered}, which was requested. This is about ${goal.phrase} instead.`]),
    ...(goal.best === undefined && chosen
      ? [`It is not known whether more or less ${goal.phrase} is better. Set goal in the pipeline file to say so.`]
      : []),
    ...(study.without.length > 0 ? [withoutWords(study)] : []),
    ...(uneven === undefined ? [] : [uneven]),
    ...(part === undefined ? [] : [`${bestWords(study)} rests on ${part}.`]),
    ...(most < 2
      ? ['Every model was measured once, so the effect of the seed is unknown. Sweep the seed to measure it.']
      : []),
    ...(constant.length > 0 && constant.length === study.rivals.length
      ? [
          `Differences do not vary between ${repetitionWord(study)}. If the ${repetitionWord(study)} should have an effect, check that the stages use them.`,
        ]
      : []),
    ...(most >= 2 && most < 5 && constant.length < Math.max(1, study.rivals.length)
      ? [`${fewest === most ? most : `${fewest} to ${most}`} repetitions show only large differences.`]
      : []),
    ...(chosen && !allEqual && goal.best !== undefined
      ? ['The best was chosen by the same numbers that it is judged by, so its result is slightly optimistic.']
      : []),
  ];
}

function withoutWords({ without, variants, stage, over, measures: [goal] }: Study): string {
  const named = without.map((model) => {
    const why = over === undefined ? undefined : uncountedWords(model, goal, over);
    return why === undefined ? variantWords(model) : `${variantWords(model)}: ${why}`;
  });
  const all = without.length + variants.length;
  return `${without.length} of ${all} variants of ${stage} ${without.length === 1 ? 'has' : 'have'} no number for ${goal.phrase} and ${without.length === 1 ? 'is' : 'are'} left out: ${listOfFew(named)}.`;
}
