import type { EvaluationDetails } from '../../evaluation/details.ts';
import type { Scores } from '../../evaluation/scores.ts';
import type { Spec } from '../drawing/draw.ts';
import { light as c } from '../drawing/theme.ts';
import { hardestSeverity } from '../results/corruptions.ts';
import { numberWords } from '../results/numbers.ts';
import type { Interval } from '../statistics/estimate.ts';
import { wilson } from '../statistics/wilson.ts';
import { type DataTable, numberCell, numberColumn, textCell, textColumn } from '../tables/data-table.ts';
import { type Figure, inWidths, panels, rows } from './figure.ts';
import { dashOf, type Judged, type JudgedLead, markOf, meanOf } from './roles.ts';

/** Whether confidence is worth what it claims, on clean images and at severity 5: undefined if no evaluation kept it. */
export function reliabilityFigure(judged: readonly JudgedLead[]): Figure | undefined {
  const found = setsOf(judged);
  if (found.length === 0) return undefined;
  const isPooled = found.some(({ models }) => models.some(({ sets }) => sets > 1));
  const [first] = found;
  const own = first!.models[0]!;
  const title = `${own.name} is ${own.bias > 0.01 ? 'overconfident' : own.bias < -0.01 ? 'underconfident' : 'well calibrated'} on ${first!.name} images`;
  return {
    id: 'reliability',
    title,
    say: ['A well calibrated model is on the dotted line. Below the line, a model is overconfident.'],
    how: `Fifteen bins of confidence, all ${isPooled ? 'repetitions and corruptions' : 'answers'} together; a larger point has more answers. Lines: 95 % intervals of the share of right answers (Wilson)${isPooled ? ', as if each image had answered once, since its answers are alike' : ''}. ECE: mean over images of the gap between confidence and accuracy of their bin; NLL: mean negative log-likelihood; Brier: mean squared distance of the probabilities from the label.`,
    legend: own.name === judged.at(-1)!.name ? [] : judged.map(({ role, name }) => [role, name] as const),
    drawing: inWidths((isWide) =>
      panels(
        isWide,
        found.map((set) => reliability(set, isWide)),
        [60, 24],
      ),
    ),
    label: `${title}. Calibration error: ${found.map((set) => `${set.title}: ${set.models.map((model) => `${model.name} ${numberWords(model.ece, 'share', 1)} %`).join(', ')}`).join('; ')}`,
    caption: found.map(({ title: set, models }) => `${set}: ${models.map(scoreWords).join('; ')}.`).join(' '),
    table: tableOf(found),
  };
}

/** The bins of every model with details. */
export function reliabilityTable(judged: readonly Judged[]): DataTable {
  return tableOf(setsOf(judged));
}

const imageSets = [
  { name: 'clean', title: 'Clean', of: ({ clean }: EvaluationDetails) => [clean] },
  {
    name: 'corrupted',
    title: `Corrupted, severity ${hardestSeverity}`,
    of: ({ corrupted }: EvaluationDetails) =>
      Object.values(corrupted).flatMap((bySeverity) => bySeverity[hardestSeverity] ?? []),
  },
];

function setsOf<Model extends Judged>(judged: readonly Model[]): readonly JudgedSet<Model>[] {
  return imageSets.flatMap(({ name, title, of }) => {
    const models = judged.flatMap((model) => {
      const scores = model.details.flatMap(of);
      return scores.length > 0 ? [{ ...model, ...pooled(scores) }] : [];
    });
    return models.length > 0 ? [{ name, title, models }] : [];
  });
}

interface Bin {
  readonly images: number;
  readonly confidence: number;
  readonly accuracy: number;
  readonly interval: Interval;
}

interface Pooled {
  readonly bins: readonly Bin[];
  /** How many sets of answers there are: each image is in all of them. */
  readonly sets: number;
  readonly ece: number;
  readonly nll: number;
  readonly brier: number;
  /** Mean confidence less accuracy. */
  readonly bias: number;
}

function pooled(scores: readonly Scores[]): Pooled {
  const bins = scores[0]!.reliability
    .map((_, at) => {
      const own = scores.flatMap(({ reliability }) => reliability[at] ?? []);
      const images = own.reduce((sum, bin) => sum + bin.images, 0);
      const mean = (of: (bin: (typeof own)[number]) => number | null) =>
        own.reduce((sum, bin) => sum + bin.images * (of(bin) ?? 0), 0) / images;
      const accuracy = mean((bin) => bin.accuracy);
      const interval = wilson(accuracy, images / scores.length);
      return { images, confidence: mean(({ confidence }) => confidence), accuracy, interval };
    })
    .filter(({ images }) => images > 0);
  const total = bins.reduce((sum, { images }) => sum + images, 0);
  return {
    bins,
    sets: scores.length,
    ece: meanOf(scores.map(({ calibrationError }) => calibrationError))!,
    nll: meanOf(scores.map(({ loss }) => loss))!,
    brier: meanOf(scores.map(({ brier }) => brier))!,
    bias: bins.reduce((sum, { images, confidence, accuracy }) => sum + (images * (confidence - accuracy)) / total, 0),
  };
}

interface JudgedSet<Model extends Judged = Judged> {
  readonly name: string;
  readonly title: string;
  readonly models: readonly (Pooled & Model)[];
}

function reliability({ name: set, title, models }: JudgedSet<JudgedLead>, isWide: boolean): Spec {
  const axis = (field: string, name: string | null) => ({
    field,
    type: 'quantitative',
    scale: { domain: [0, 100], nice: false },
    axis: { values: [0, 25, 50, 75, 100], title: name, grid: false },
  });
  const side = isWide ? 262 : 240;
  return {
    title: {
      text: title,
      subtitle: [
        'right answers, %',
        models.map(({ name, ece }) => `ECE of ${name}: ${numberWords(ece, 'share', 1)} %`),
      ].flat(),
    },
    width: side,
    height: side,
    layer: [
      {
        ...rows([{ at: 0 }, { at: 100 }]),
        mark: { type: 'line', color: c.muted, strokeWidth: 1, strokeDash: [2, 3] },
        encoding: { x: axis('at', 'confidence, %'), y: axis('at', null) },
      },
      ...models.toReversed().map(({ role, bins }) => {
        const total = bins.reduce((sum, { images }) => sum + images, 0);
        const data = bins.map(({ images, confidence, accuracy, interval: [low, high] }) => ({
          confidence: 100 * confidence,
          accuracy: 100 * accuracy,
          low: 100 * low,
          high: 100 * high,
          share: images / total,
        }));
        const encoding = { x: axis('confidence', 'confidence, %'), y: axis('accuracy', null) };
        return {
          ...rows(data),
          layer: [
            {
              mark: { type: 'rule', color: c[role], strokeWidth: 1, opacity: 0.4 },
              encoding: { x: encoding.x, y: axis('low', null), y2: { field: 'high' } },
            },
            { mark: { type: 'line', color: c[role], strokeWidth: 1.6, strokeDash: dashOf[role] }, encoding },
            {
              name: `data-${set}-${role}`,
              mark: markOf[role],
              encoding: {
                ...encoding,
                size: {
                  field: 'share',
                  type: 'quantitative',
                  scale: { domain: [0, 0.3], range: [14, 170], clamp: true },
                  legend: null,
                },
              },
            },
          ],
        };
      }),
    ],
  };
}

function tableOf(sets: readonly JudgedSet[]): DataTable {
  return {
    name: 'reliability',
    caption: 'Calibration by bin of confidence',
    columns: [
      textColumn('model', 'model'),
      numberColumn('images', 'images'),
      numberColumn('confidence, %', 'confidence_percent'),
      numberColumn('right, %', 'accuracy_percent'),
      numberColumn('95 % interval', 'low_percent', 'high_percent'),
    ],
    rows: sets.flatMap(({ title, models }) =>
      models.flatMap(({ name, bins }) =>
        bins.map(({ images, confidence, accuracy, interval: [low, high] }) => ({
          group: title,
          cells: [
            textCell(name),
            numberCell(images.toLocaleString('en-US'), images),
            numberCell(numberWords(confidence, 'share'), 100 * confidence),
            numberCell(numberWords(accuracy, 'share'), 100 * accuracy),
            numberCell(`${numberWords(low, 'share', 1)} to ${numberWords(high, 'share', 1)}`, 100 * low, 100 * high),
          ],
        })),
      ),
    ),
    notes: sets.flatMap(({ title, models }) => models.map((model) => `${title}: ${scoreWords(model)}.`)),
  };
}

function scoreWords({ name, ece, nll, brier }: Pooled & { readonly name: string }): string {
  return `${name} has ECE ${numberWords(ece, 'share', 1)} %, NLL ${numberWords(nll, 'number')}, Brier ${numberWords(brier, 'number')}`;
}
