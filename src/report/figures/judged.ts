import type { EvaluationDetails } from '../../evaluation/details.ts';
import type { Scores } from '../../evaluation/scores.ts';
import type { Spec } from '../drawing/draw.ts';
import { light as c } from '../drawing/theme.ts';
import { hardestSeverity } from '../results/corruptions.ts';
import { numberWords } from '../results/numbers.ts';
import { type DataTable, numberCell, numberColumn, textCell, textColumn } from '../tables/data-table.ts';
import { around, type Figure, inWidths, panels, rows } from './figure.ts';
import { dashOf, type ModelRole, markOf, meanOf } from './roles.ts';

/** What one model's evaluations found, in detail, a repetition each. */
export interface Judged {
  readonly name: string;
  readonly role: ModelRole;
  readonly details: readonly EvaluationDetails[];
}

/** What is taken for what on clean images, and accuracy by class: undefined if no evaluation kept it. */
export function confusionFigure(judged: readonly Judged[], classes: readonly string[]): Figure | undefined {
  const [best] = judged;
  if (!best || best.details.length === 0) return undefined;
  const matrix = sumOf(best.details.map(({ clean }) => clean.confusion));
  const names = matrix.map((_, label) => classes[label] ?? String(label));
  const cells = matrix.flatMap((row, truth) => {
    const total = row.reduce((sum, count) => sum + count, 0);
    return row.map((count, said) => ({
      truth: names[truth]!,
      said: names[said]!,
      count,
      share: total > 0 ? (100 * count) / total : 0,
      isRight: truth === said,
    }));
  });
  const [worst] = cells.filter(({ isRight }) => !isRight).sort((a, b) => b.share - a.share);
  const byClass = judged.map(({ name, role, details }) => {
    const own = sumOf(details.map(({ clean }) => clean.confusion));
    return {
      name,
      role,
      shares: own.map((row, label) => (100 * row[label]!) / (row.reduce((sum, count) => sum + count, 0) || 1)),
    };
  });
  const title =
    worst && worst.share > 0
      ? `${worst.truth} is most often mistaken for ${worst.said}`
      : 'No class is mistaken for another';
  return {
    id: 'confusion',
    title,
    say: [`Clean test images as ${best.name} sees them.`],
    how: `Rows are what an image shows, columns what the model answers, in % of the row, over ${best.details.length === 1 ? 'one repetition' : `${best.details.length} repetitions together`}. The diagonal is framed and not shaded, so shading shows mistakes.`,
    legend: judged.map(({ role, name }) => [role, name] as const),
    drawing: inWidths((isWide) =>
      panels(isWide, [confusion(cells, names, isWide), perClass(byClass, names, isWide)], [26, 22]),
    ),
    label: `${title}: ${worst ? numberWords(worst.share, 'percent', 1) : '0'} % of its images. The numbers are in the table`,
    caption: 'Right: right answers by class; the axis fits the data, and does not begin at 0.',
    table: confusionTable(cells, names, best.name),
  };
}

function confusion(
  cells: readonly { share: number; isRight: boolean }[],
  names: readonly string[],
  isWide: boolean,
): Spec {
  const data = cells.map((cell) => {
    const step = [1, 3, 6, 10].filter((threshold) => cell.share >= threshold).length;
    return {
      ...cell,
      word: cell.share < 1 ? '·' : cell.share.toFixed(0),
      fill: cell.isRight ? c.paper : [c.faint, c.e1, c.e2, c.e3, c.e4][step],
    };
  });
  const step = isWide ? 36 : Math.min(27, Math.floor(250 / names.length));
  return {
    title: { text: 'Confusion matrix: % of each class', fontSize: 12 },
    width: { step },
    height: { step: isWide ? 30 : 27 },
    ...rows(data),
    encoding: {
      x: {
        field: 'said',
        type: 'nominal',
        sort: names,
        axis: {
          orient: 'top',
          title: 'answer',
          titleAnchor: 'start',
          labelAngle: -45,
          labelAlign: 'left',
          labelBaseline: 'middle',
          labelPadding: 8,
          labelColor: c.ink,
        },
      },
      y: { field: 'truth', type: 'nominal', sort: names, axis: { title: null, labelColor: c.ink } },
    },
    layer: [
      {
        name: 'data-cells',
        mark: { type: 'rect', stroke: c.paper, strokeWidth: 1.5 },
        encoding: { fill: { field: 'fill', type: 'nominal', scale: null } },
      },
      {
        transform: [{ filter: 'datum.isRight' }],
        mark: { type: 'rect', filled: false, stroke: c.ink, strokeWidth: 1.3 },
      },
      {
        mark: { type: 'text', fontSize: 11.5 },
        encoding: {
          text: { field: 'word' },
          color: { condition: { test: 'datum.share < 1', value: c.muted }, value: c.low },
        },
      },
    ],
  };
}

function perClass(
  byClass: readonly { role: ModelRole; shares: readonly number[] }[],
  names: readonly string[],
  isWide: boolean,
): Spec {
  const data = byClass.flatMap(({ role, shares }) =>
    shares.map((share, label) => ({ role, share, name: names[label] })),
  );
  return {
    title: { text: 'Right answers by class, %', fontSize: 12 },
    width: isWide ? 170 : 230,
    height: { step: isWide ? 30 : 24 },
    ...rows(data),
    encoding: {
      y: { field: 'name', type: 'nominal', sort: names, axis: isWide ? null : { title: null, labelColor: c.ink } },
    },
    layer: byClass.toReversed().map(({ role }) => ({
      name: `data-class-${role}`,
      transform: [{ filter: `datum.role == '${role}'` }],
      mark: markOf[role],
      encoding: {
        x: {
          field: 'share',
          type: 'quantitative',
          scale: { domain: around(data.map(({ share }) => share)), nice: false, zero: false },
          axis: { orient: 'top', tickCount: 4, title: null },
        },
      },
    })),
  };
}

function confusionTable(
  cells: readonly { truth: string; said: string; count: number; share: number }[],
  names: readonly string[],
  model: string,
): DataTable {
  return {
    name: 'confusion',
    caption: `Answers of ${model} for the images of each class`,
    columns: [textColumn('shows', 'shows'), ...names.map((name) => numberColumn(name, name))],
    rows: names.map((truth) => ({
      cells: [
        textCell(truth),
        ...cells.filter((cell) => cell.truth === truth).map(({ count }) => numberCell(String(count), count)),
      ],
    })),
    notes: [],
  };
}

function sumOf(matrices: readonly (readonly (readonly number[])[])[]): readonly (readonly number[])[] {
  return matrices[0]!.map((row, at) =>
    row.map((_, column) => matrices.reduce((sum, matrix) => sum + (matrix[at]?.[column] ?? 0), 0)),
  );
}

/** Whether confidence is worth what it claims, on clean images and at severity 5: undefined if no evaluation kept it. */
export function reliabilityFigure(judged: readonly Judged[]): Figure | undefined {
  const sets = [
    { name: 'clean', title: 'Clean', of: ({ clean }: EvaluationDetails) => [clean] },
    {
      name: 'corrupted',
      title: `Corrupted, severity ${hardestSeverity}`,
      of: ({ corrupted }: EvaluationDetails) =>
        Object.values(corrupted).flatMap((bySeverity) => bySeverity[hardestSeverity] ?? []),
    },
  ];
  const found = sets.flatMap((set) => {
    const models = judged.flatMap(({ name, role, details }) => {
      const scores = details.flatMap(set.of);
      return scores.length > 0 ? [{ name, role, ...pooled(scores) }] : [];
    });
    return models.length > 0 ? [{ ...set, models }] : [];
  });
  if (found.length === 0) return undefined;
  const [first] = found;
  const own = first!.models[0]!;
  const title = `${own.name} is ${own.bias > 0.01 ? 'overconfident' : own.bias < -0.01 ? 'underconfident' : 'well calibrated'} on ${first!.name} images`;
  return {
    id: 'reliability',
    title,
    say: ['A well calibrated model is on the dotted line. Below the line, a model is overconfident.'],
    how: 'Fifteen bins of confidence, all repetitions together; a larger point has more answers. ECE: mean over images of the gap between confidence and accuracy of their bin.',
    legend: own.name === judged.at(-1)!.name ? [] : judged.map(({ role, name }) => [role, name] as const),
    drawing: inWidths((isWide) =>
      panels(
        isWide,
        found.map((set) => reliability(set, isWide)),
        [60, 24],
      ),
    ),
    label: `${title}. Calibration error: ${found.map((set) => `${set.title}: ${set.models.map((model) => `${model.name} ${numberWords(model.ece, 'share', 1)} %`).join(', ')}`).join('; ')}`,
    caption: 'Confidence and right answers, both from 0 to 100 %.',
    table: reliabilityTable(found),
  };
}

interface Pooled {
  readonly bins: readonly { readonly images: number; readonly confidence: number; readonly accuracy: number }[];
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
      return { images, confidence: mean(({ confidence }) => confidence), accuracy: mean(({ accuracy }) => accuracy) };
    })
    .filter(({ images }) => images > 0);
  const total = bins.reduce((sum, { images }) => sum + images, 0);
  return {
    bins,
    ece: meanOf(scores.map(({ calibrationError }) => calibrationError))!,
    nll: meanOf(scores.map(({ loss }) => loss))!,
    brier: meanOf(scores.map(({ brier }) => brier))!,
    bias: bins.reduce((sum, { images, confidence, accuracy }) => sum + (images * (confidence - accuracy)) / total, 0),
  };
}

interface JudgedSet {
  readonly name: string;
  readonly title: string;
  readonly models: readonly (Pooled & { readonly name: string; readonly role: ModelRole })[];
}

function reliability({ name: set, title, models }: JudgedSet, isWide: boolean): Spec {
  const axis = (field: string, name: string | null) => ({
    field,
    type: 'quantitative',
    scale: { domain: [0, 100], nice: false },
    axis: { values: [0, 25, 50, 75, 100], title: name, grid: false },
  });
  const side = isWide ? 262 : 240;
  return {
    title: { text: title, subtitle: 'right answers, %' },
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
        const data = bins.map(({ images, confidence, accuracy }) => ({
          confidence: 100 * confidence,
          accuracy: 100 * accuracy,
          share: images / total,
        }));
        const encoding = { x: axis('confidence', 'confidence, %'), y: axis('accuracy', null) };
        return {
          ...rows(data),
          layer: [
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
      ...models.map(({ name, role, ece }, at) => ({
        ...rows([{ word: `${name}: ECE ${numberWords(ece, 'share', 1)} %` }]),
        mark: { type: 'text', align: 'left', x: 8, y: 14 + 18 * at, color: c[role], fontWeight: 600 },
        encoding: { text: { field: 'word' } },
      })),
    ],
  };
}

function reliabilityTable(sets: readonly JudgedSet[]): DataTable {
  return {
    name: 'reliability',
    caption: 'Calibration by bin of confidence',
    columns: [
      textColumn('model', 'model'),
      numberColumn('images', 'images'),
      numberColumn('confidence, %', 'confidence_percent'),
      numberColumn('right, %', 'accuracy_percent'),
    ],
    rows: sets.flatMap(({ title, models }) =>
      models.flatMap(({ name, bins }) =>
        bins.map(({ images, confidence, accuracy }) => ({
          group: title,
          cells: [
            textCell(name),
            numberCell(images.toLocaleString('en-US'), images),
            numberCell(numberWords(confidence, 'share'), 100 * confidence),
            numberCell(numberWords(accuracy, 'share'), 100 * accuracy),
          ],
        })),
      ),
    ),
    notes: sets.flatMap(({ title, models }) =>
      models.map(
        ({ name, ece, nll, brier }) =>
          `${title}, ${name}: ECE ${numberWords(ece, 'share')} %, NLL ${numberWords(nll, 'number')}, Brier score ${numberWords(brier, 'number')}.`,
      ),
    ),
  };
}
