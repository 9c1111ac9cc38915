import { meansTable } from '../compare/tables.ts';
import type { Spec } from '../drawing/draw.ts';
import { textWidth } from '../drawing/text-width.ts';
import { light as c } from '../drawing/theme.ts';
import type { Model } from '../results/experiment.ts';
import { headingOf, type Measure } from '../results/measure.ts';
import { capital, listOfFew } from '../results/names.ts';
import { equalTo, ranked, type Study } from '../results/study.ts';
import { around, type Figure, inWidths, panels, rows } from './figure.ts';
import { legendOf } from './legend.ts';
import { drawnWords, type ModelRole, markOf, meanWords, pointAt, roleOf, shortNames } from './roles.ts';
import { bestOfWords } from './words.ts';

/** As many rows as a figure can show; of more models, the best. */
const most = 20;

/** The means of every model, from the best to the worst; undefined if there is only one. */
export function modelsFigure(study: Study): Figure | undefined {
  const { models, measures } = study;
  if (models.length < 2) return undefined;
  const goal = measures[0];
  const order = ranked(models, goal);
  const shown = order.slice(0, most);
  const name = shortNames(models);
  const table = meansTable({ models: shown, measures, over: study.over });
  const last = equalTo(order.at(-1)!, order, goal);
  const lastNames = listOfFew(last.map(name));
  return {
    id: 'models',
    title: `${capital(goal.phrase)}: ${bestOfWords(models, goal, (equals) => listOfFew(equals.map(name)), false)} models`,
    say: [
      ...(last.length < models.length
        ? [
            `${lastNames} measured ${goal.best === undefined ? 'lowest' : 'worst'}${last.length > 1 ? ', and are equal' : ''}.`,
          ]
        : []),
      ...(models.length > most ? [`The best ${most} are shown; --tables writes all ${models.length}.`] : []),
    ],
    how: meanWords(study, models),
    legend: legendOf(study),
    drawing: inWidths((isWide) =>
      panels(
        isWide,
        measures
          .slice(0, 3)
          .map((measure, at) => panel(study, shown, measure, at, isWide, Math.min(3, measures.length), name)),
        [34, 20],
      ),
    ),
    label: `${goal.title} of ${shown.length} models: ${shown
      .slice(0, 8)
      .map((model) => `${name(model)} ${drawnWords(pointAt(model, goal)!.mean, goal)}`)
      .join(', ')}`,
    caption: 'Each axis fits its data, and does not begin at 0.',
    table:
      models.length > most ? { ...table, caption: `${table.caption}: the best ${most} of ${models.length}` } : table,
    fullTables: () => [meansTable({ models: order, measures, over: study.over })],
  };
}

/** A name that fits: its end distinguishes variants. */
function fitting(name: string, room: number): string {
  if (textWidth(name, 12, false) <= room) return name;
  let end = name;
  while (end.length > 1 && textWidth(`…${end}`, 12, false) > room) end = end.slice(1);
  return `…${end}`;
}

function panel(
  study: Study,
  shown: readonly Model[],
  measure: Measure,
  at: number,
  isWide: boolean,
  count: number,
  nameOf: (model: Model) => string,
): Spec {
  const labelRoom = isWide ? 240 : 150;
  const name = (model: Model) => fitting(nameOf(model), labelRoom);
  const data = shown.flatMap((model) => {
    const point = pointAt(model, measure);
    return point
      ? [
          {
            name: name(model),
            role: roleOf(study, model),
            ...point,
            word: drawnWords(point.mean, measure),
          },
        ]
      : [];
  });
  const names = shown.map(name);
  const longest = Math.max(...names.map((each) => textWidth(each, 12, false)));
  const y = {
    field: 'name',
    type: 'nominal',
    sort: names,
    scale: { domain: names },
    axis: isWide && at > 0 ? null : { title: null, labelColor: c.ink, grid: false, labelLimit: 400 },
  };
  const domain = around(
    data.flatMap(({ low, high }) => [low, high]),
    0.08,
  );
  const x = (field: string) => ({
    field,
    type: 'quantitative',
    scale: { domain, zero: false, nice: false },
    axis: { tickCount: 4, title: null },
  });
  const room = isWide ? 696 - longest - 34 * (count - 1) : 326 - longest;
  const roles: readonly ModelRole[] = ['student', 'teacher', 'control'];
  return {
    width: Math.max(90, isWide ? room / count - 6 : room),
    height: { step: 28 },
    title: { text: headingOf(measure), fontSize: 12, frame: 'group' },
    ...rows(data),
    layer: roles
      .filter((role) => data.some((row) => row.role === role))
      .flatMap((role) => [
        {
          transform: [{ filter: `datum.role == '${role}'` }],
          mark: { type: 'rule', strokeWidth: 2, color: c[role] },
          encoding: { y, x: x('low'), x2: { field: 'high' } },
        },
        {
          name: `data-${measure.name}-${role}`,
          transform: [{ filter: `datum.role == '${role}'` }],
          mark: markOf[role],
          encoding: { y, x: x('mean') },
        },
        {
          transform: [{ filter: `datum.role == '${role}'` }],
          mark: { type: 'text', dy: -9, fontSize: 11, color: c.muted },
          encoding: { y, x: x('mean'), text: { field: 'word' } },
        },
      ]),
  };
}
