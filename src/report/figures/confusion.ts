import type { Spec } from '../drawing/draw.ts';
import { light as c } from '../drawing/theme.ts';
import { capital } from '../results/names.ts';
import { numberWords } from '../results/numbers.ts';
import { type DataTable, numberCell, numberColumn, textCell, textColumn } from '../tables/data-table.ts';
import { around, type Figure, inWidths, panels, rows } from './figure.ts';
import { type Judged, type JudgedLead, type ModelRole, markOf } from './roles.ts';

/** What is taken for what on clean images, and accuracy by class: undefined if no evaluation kept it. */
export function confusionFigure(judged: readonly JudgedLead[], classes: readonly string[]): Figure | undefined {
  const [best] = judged;
  if (!best || best.details.length === 0) return undefined;
  const matrix = matrixOf(best);
  const names = namesOf(matrix, classes);
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
    const own = matrixOf({ details });
    return {
      name,
      role,
      shares: own.map((row, label) => (100 * row[label]!) / (row.reduce((sum, count) => sum + count, 0) || 1)),
    };
  });
  const title =
    worst && worst.share > 0
      ? `${capital(worst.truth)} is most often mistaken for ${worst.said}`
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
    table: confusionTable([best], classes),
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

/** How many images of each class every model took for each class. */
export function confusionTable(judged: readonly Judged[], classes: readonly string[]): DataTable {
  const models = judged.map((model) => ({ name: model.name, matrix: matrixOf(model) }));
  const [largest] = models.toSorted((a, b) => b.matrix.length - a.matrix.length);
  const names = namesOf(largest?.matrix ?? [], classes);
  const isAlone = models.length === 1;
  return {
    name: 'confusion',
    caption: `Answers ${isAlone ? `of ${models[0]!.name} ` : ''}for the images of each class`,
    columns: [textColumn('shows', 'shows'), ...names.map((name) => numberColumn(name, name))],
    rows: models.flatMap(({ name, matrix }) =>
      matrix.map((row, truth) => ({
        ...(!isAlone && { group: name }),
        cells: [
          textCell(names[truth]!),
          ...names.map((_, said) => numberCell(String(row[said] ?? ''), row[said] ?? null)),
        ],
      })),
    ),
    notes: [],
  };
}

function namesOf(matrix: readonly unknown[], classes: readonly string[]): readonly string[] {
  return matrix.map((_, label) => classes[label] ?? String(label));
}

/** The matrices of all repetitions, added. */
function matrixOf({ details }: Pick<Judged, 'details'>): readonly (readonly number[])[] {
  return sumOf(details.map(({ clean }) => clean.confusion));
}

function sumOf(matrices: readonly (readonly (readonly number[])[])[]): readonly (readonly number[])[] {
  return matrices[0]!.map((row, at) =>
    row.map((_, column) => matrices.reduce((sum, matrix) => sum + (matrix[at]?.[column] ?? 0), 0)),
  );
}
