import type { StageSummary } from '../../engine/index.ts';
import { type Answers, cleanSet, corruptedSet } from '../../evaluation/answers.ts';
import { readBySeverity } from '../../evaluation/metrics.ts';
import { type Comparison, pairedResults } from '../results/comparison.ts';
import { hardestSeverity } from '../results/corruptions.ts';
import type { Model } from '../results/experiment.ts';
import { dash, intervalWords, pWords, signed } from '../results/numbers.ts';
import { type PairedDifference, pairedDifference } from '../statistics/estimate.ts';
import { holm } from '../statistics/holm.ts';
import { mcNemarP } from '../statistics/mcnemar.ts';
import { type DataCell, type DataTable, numberCell, numberColumn, textCell, textColumn } from '../tables/data-table.ts';
import { Footnotes } from '../tables/footnotes.ts';

/** The difference between two models with respect to other test images, regardless of another training run. */
interface ImageDifference {
  readonly model: Model;
  readonly against: Model;
  readonly group: string;
  /** Over test images. */
  readonly difference: PairedDifference | undefined;
  readonly p: number | undefined;
  /** The images for which only one of two networks is correct, if there is one network on each side. */
  readonly only: readonly [model: number, against: number] | undefined;
  readonly why: string | undefined;
}

/** Opens the answers of an evaluation for every image; undefined if it kept none. */
export type OpenAnswers = (stage: StageSummary) => Promise<Answers | undefined>;

const noAnswers = 'one of them has no answers per image';
const noSpread = 'the difference is the same for every image: no interval';

/**
 * Differences over test images: the difference of each image is first averaged over repetitions and corruptions, so that it counts once.
 * Undefined if no model is compared with another, or none kept its answers.
 */
export async function imagesTable({ rows }: Comparison, open: OpenAnswers): Promise<DataTable | undefined> {
  const pairs = new Map(rows.flatMap(({ model, against }) => (against ? [[model, against] as const] : [])));
  const right = new RightAnswers(open);
  const found: ImageDifference[] = [];
  for (const group of ['clean', `corrupted (severity ${hardestSeverity})`]) {
    for (const [model, against] of pairs) {
      const sets = group === 'clean' ? [cleanSet] : hardSets(pairedResults(model, against).flat());
      if (sets.length === 0) continue;
      found.push({ model, against, group, ...(await imageDifference(model, against, sets, right)) });
    }
  }
  return found.some(({ difference }) => difference) ? table(found) : undefined;
}

/** The corrupted sets at severity 5 that every result has. */
function hardSets(results: readonly StageSummary[]): readonly string[] {
  const found = results.map(({ metrics }) => readBySeverity(metrics));
  const names = Object.keys(found[0] ?? {}).filter((name) =>
    found.every((each) => each[name]?.[hardestSeverity] !== undefined),
  );
  return names.map((name) => corruptedSet(name, hardestSeverity));
}

/** Reads which images results have right, one result at a time. */
class RightAnswers {
  readonly #open: OpenAnswers;
  readonly #kept = new Map<string, Promise<Float64Array | undefined>>();

  constructor(open: OpenAnswers) {
    this.#open = open;
  }

  /** The share of a result's sets in which it has each image right; undefined if it kept no answers. */
  async share(stage: StageSummary, sets: readonly string[]): Promise<Float64Array | undefined> {
    const key = JSON.stringify([stage.id, sets]);
    const kept = this.#kept.get(key) ?? this.#read(stage, sets);
    this.#kept.set(key, kept);
    return kept;
  }

  async #read(stage: StageSummary, sets: readonly string[]): Promise<Float64Array | undefined> {
    const answers = await this.#open(stage);
    if (!answers) return undefined;
    try {
      if (!sets.every((set) => answers.sets.includes(set))) return undefined;
      let sum: Float64Array | undefined;
      for (const set of sets) {
        const predicted = await answers.predictions(set);
        sum ??= new Float64Array(predicted.length);
        for (let image = 0; image < sum.length; image += 1) {
          sum[image]! += predicted[image] === answers.labels[image] ? 1 / sets.length : 0;
        }
      }
      return sum;
    } finally {
      await answers.close();
    }
  }
}

async function imageDifference(
  model: Model,
  against: Model,
  sets: readonly string[],
  right: RightAnswers,
): Promise<Pick<ImageDifference, 'difference' | 'p' | 'only' | 'why'>> {
  const none = { difference: undefined, p: undefined, only: undefined };
  const [results, others] = pairedResults(model, against);
  if (results.length === 0) return { ...none, why: 'they have no repetition in common' };
  const [own, other] = [await meanOf(results, sets, right), await meanOf(others, sets, right)];
  if (!own || !other) return { ...none, why: noAnswers };
  if (own.length !== other.length) return { ...none, why: 'they were evaluated on different images' };
  const differences = own.map((share, image) => share - other[image]!);
  const difference = pairedDifference(differences);
  const isSingle = sets.length === 1 && results.length === 1 && others.length === 1;
  const why = difference.interval ? undefined : noSpread;
  if (!isSingle) return { difference, p: difference.p, only: undefined, why };
  const only = [1, -1].map((sign) => differences.filter((value) => value === sign).length) as [number, number];
  return { difference, p: mcNemarP(...only), only, why };
}

async function meanOf(
  results: readonly StageSummary[],
  sets: readonly string[],
  right: RightAnswers,
): Promise<Float64Array | undefined> {
  const shares: Float64Array[] = [];
  for (const result of results) {
    const share = await right.share(result, sets);
    if (!share || share.length !== (shares[0] ?? share).length) return undefined;
    shares.push(share);
  }
  return shares[0]?.map((_, image) => shares.reduce((sum, share) => sum + share[image]!, 0) / shares.length);
}

function table(found: readonly ImageDifference[]): DataTable {
  const corrected = holm(found.map(({ p }) => p));
  const footnotes = new Footnotes();
  const tests = corrected.filter((p) => p !== undefined).length;
  const againsts = new Set(found.map(({ against }) => against.name));
  const body = found.map((row, at) => ({
    group: `${row.group}, points`,
    cells: cellsOf(row, corrected[at], againsts.size > 1, footnotes),
  }));
  const isMcNemar = found.some(({ only }) => only !== undefined);
  return {
    name: 'differences-over-images',
    caption: 'The same differences over test images',
    columns: [
      textColumn(`over test images${againsts.size === 1 ? `, minus ${[...againsts][0]}` : ''}`, 'model'),
      ...(againsts.size > 1 ? [textColumn('minus', 'against')] : []),
      numberColumn('images', 'images'),
      numberColumn('difference', 'difference', 'standard_error'),
      numberColumn('95 % interval', 'low', 'high'),
      numberColumn('p', 'p'),
      numberColumn('p, Holm', 'p_holm'),
      ...(isMcNemar ? [numberColumn('only one is right', 'only_model', 'only_against')] : []),
    ],
    rows: isMcNemar ? body : body.map(({ group, cells }) => ({ group, cells: cells.slice(0, -1) })),
    notes: [
      `These say how other test images would differ, with the networks as they are: an image counts once, averaged over corruptions and over the repetitions that both have. p: ${isMcNemar ? "McNemar's exact test where one network is compared with one on one set of images, else " : ''}the paired t-test over images; Holm over the ${tests} tests of this table.`,
      ...footnotes.notes,
    ],
  };
}

function cellsOf(
  { model, against, difference, p, only, why }: ImageDifference,
  corrected: number | undefined,
  named: boolean,
  footnotes: Footnotes,
): readonly DataCell[] {
  const mark = `${dash}${why === undefined ? '' : footnotes.mark(why)}`;
  const names = [textCell(model.name), ...(named ? [textCell(against.name)] : [])];
  if (!difference)
    return [
      ...names,
      ...[1, 2, 2, 1, 1, 2].map((count) => numberCell(mark, ...Array.from({ length: count }, () => null))),
    ];
  const { count, mean, standardError = 0, interval } = difference;
  return [
    ...names,
    numberCell(count.toLocaleString('en-US'), count),
    numberCell(`${signed(mean, 'share')} ± ${(100 * standardError).toFixed(2)}`, 100 * mean, 100 * standardError),
    interval
      ? numberCell(intervalWords(interval, 'share'), ...interval.map((end) => 100 * end))
      : numberCell(mark, null, null),
    p === undefined ? numberCell(mark, null) : numberCell(pWords(p), p),
    corrected === undefined ? numberCell(mark, null) : numberCell(pWords(corrected), corrected),
    only ? numberCell(`${only[0]} : ${only[1]}`, ...only) : numberCell('', null, null),
  ];
}
