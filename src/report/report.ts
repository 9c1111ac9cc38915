import type { StageSummary } from '../engine/index.ts';
import type { Answers } from '../evaluation/answers.ts';
import { type EvaluationDetails, readDetails } from '../evaluation/details.ts';
import type { Json } from '../json/json.ts';
import type { Problem } from '../problem/problem.ts';
import { didYouMean } from '../problem/suggest.ts';
import { differenceTables } from './compare/by-corruption.ts';
import { comparisonWarnings } from './compare/comparison-text.ts';
import { imagesTable, type OpenAnswers } from './compare/images.ts';
import { ForeignFigures } from './drawing/foreign-figures.ts';
import { confusionFigure, confusionTable } from './figures/confusion.ts';
import { corruptionsFigure, severityFigure } from './figures/corruptions.ts';
import { curvesFigure, curvesTable, type Learned } from './figures/curves.ts';
import { type Figure, tableFigure } from './figures/figure.ts';
import { forestFigure } from './figures/forest.ts';
import { graphFigure } from './figures/graph.ts';
import { gridFigure } from './figures/grid.ts';
import { metricsFigure } from './figures/metrics.ts';
import { modelsFigure } from './figures/models.ts';
import { reliabilityFigure, reliabilityTable } from './figures/reliability.ts';
import { type Judged, type JudgedLead, leads, shortNames } from './figures/roles.ts';
import { sweepFigure } from './figures/sweep.ts';
import { type About, articleHtml, pageHtml, type Section } from './html/document.ts';
import { type DrawnFigure, drawFigure } from './html/figure.ts';
import { legendHtml } from './html/legend.ts';
import { markedHtml } from './html/marked.ts';
import { type Html, html } from './html/markup.ts';
import { mistakesHtml, saidOf, surestMistakes } from './html/pictures.ts';
import { learnedModels } from './learned.ts';
import { type MarkedDoors, markedOutputs, type ReportOutput } from './marked/marked-files.ts';
import { type LeftOut, markedFigures, markedTables, type ReportFile } from './marked/written-files.ts';
import type { Comparison } from './results/comparison.ts';
import { type Model, modelsNamed, repeatedPathIn, resultsOf, sweptPaths } from './results/experiment.ts';
import type { Needs } from './results/needs.ts';
import { type Question, ranked, type Study, studyOf } from './results/study.ts';
import { csvText, latexText, markdownText } from './tables/formats.ts';

/** The input of a report: its subject, and access to the content of results. */
export interface ReportSource extends About, MarkedDoors {
  readonly needs: Needs;
  /** The requested metric (default: the pipeline's goal, or the usual one). */
  readonly question: Question | undefined;
  /** The baseline stage. */
  readonly against: string | undefined;
  /** Names of classes, by label. */
  readonly classes: readonly string[];
  /** The small JSON outputs of a stage, by name. */
  contents(stage: StageSummary): Promise<Readonly<Record<string, Json>>>;
  readonly answers: OpenAnswers;
  /** Some test images of a stage that made a data set, as PNG; undefined if it made none. */
  pictures(stage: StageSummary, images: readonly number[]): Promise<readonly Uint8Array[] | undefined>;
  /** Outputs that were found to be incomplete, so far. */
  missing(): readonly string[];
}

/** A report: its page, and what can be written as files. */
export interface Report {
  readonly html: string;
  readonly figures: readonly DrawnFigure[];
  readonly marked: readonly ReportOutput[];
}

/** How many models are compared image by image and corruption by corruption. */
const mostCompared = 6;

/** As many panels of learning curves as can be compared at a glance. */
const mostCurves = 12;

/** A part of the page before its figures are drawn. */
interface PagePart extends Omit<Section, 'figures'> {
  readonly figures: readonly (Figure | undefined)[];
}

/** Makes a report. */
export async function makeReport(source: ReportSource): Promise<Report> {
  const { summary, needs } = source;
  const over = repeatedPathIn(sweptPaths(summary.stages));
  const baseline = source.against === undefined ? undefined : modelsNamed(summary.stages, source.against);
  const study = studyOf(summary.stages, needs, source.question ?? summary.goal, baseline);
  const comparison = study?.comparison && ofFew(study, study.comparison);
  const images = comparison && (await imagesTable(comparison, source.answers));
  const judged = study ? await judgedOf(leads(study), study, source) : [];
  const mistakes = study && (await mistakesOf(study, source));
  const outputs = markedOutputs(summary.stages, (stage) => study !== undefined && isOfBest(stage, study));
  const marked = await withForeignFigures((figures) => markedHtml(outputs, source, figures));
  const parts: readonly PagePart[] = [
    {
      id: 'answer',
      title: 'The answer',
      figures: study
        ? [
            sweepFigure(study) ?? gridFigure(study),
            forestFigure(study),
            images && {
              ...tableFigure(images),
              fullTables: async () => [(await imagesTable(study.comparison!, source.answers)) ?? images],
            },
            modelsFigure(study),
          ]
        : [],
    },
    {
      id: 'robustness',
      title: 'Corruptions',
      figures: study
        ? [
            corruptionsFigure(study),
            severityFigure(study),
            ...(study.comparison && comparison ? differenceFigures(comparison, study.comparison) : []),
          ]
        : [],
    },
    { id: 'training', title: 'Training', figures: [await curvesOf(study, over, source)] },
    {
      id: 'trust',
      title: 'Calibration and mistakes',
      figures: study ? trustFigures(judged, study, source) : [],
      ...(mistakes && { more: mistakes }),
    },
    {
      id: 'metrics',
      title: 'Metrics',
      figures: [metricsFigure(summary.stages, over)],
    },
    { id: 'pictures', title: 'Pictures', figures: [], ...(marked.sheets && { more: marked.sheets }) },
    { id: 'outputs', title: 'Outputs', figures: [], ...(marked.others && { more: marked.others }) },
    { id: 'stages', title: 'Pipeline', figures: [graphFigure(summary.stages, needs)] },
  ];
  const sections: Section[] = [];
  for (const { figures, ...part } of parts) {
    const drawn: DrawnFigure[] = [];
    for (const figure of figures) if (figure) drawn.push(await drawFigure(figure));
    sections.push({ ...part, figures: drawn });
  }
  const figures = sections.flatMap((section) => section.figures);
  const compared = study?.comparison?.models ?? study?.variants ?? [];
  const warnings = comparisonWarnings(compared, summary.stages, needs);
  return {
    html: pageHtml(source, study, sections, { missing: source.missing(), warnings }),
    figures,
    marked: outputs,
  };
}

async function withForeignFigures<Result>(use: (figures: ForeignFigures) => Promise<Result>): Promise<Result> {
  const figures = new ForeignFigures();
  return use(figures).finally(() => figures.close());
}

/** Differences by corruption and by severity. @param few the models to show. @param all those to write as tables. */
function differenceFigures(few: Comparison, all: Comparison): readonly Figure[] {
  return differenceTables(few).map((table) => ({
    ...tableFigure(table),
    fullTables: () => [differenceTables(all).find(({ name }) => name === table.name) ?? table],
  }));
}

/** The comparison of those models that a reader can follow one by one. */
function ofFew(study: Study, comparison: Comparison): Comparison {
  const few = new Set([
    ...leads(study).map(({ model }) => model),
    ...ranked(study.models, study.measures[0]).slice(0, mostCompared),
  ]);
  return { ...comparison, rows: comparison.rows.filter(({ model }) => few.has(model)) };
}

/**
 * Why `against` names nothing that can be compared with; undefined if it does. The caller throws it: this file is a bundle of its own, whose
 * classes of errors the command line does not know.
 */
export function whyNotAgainst(
  against: string,
  { stages }: Pick<ReportSource['summary'], 'stages'>,
): Problem | undefined {
  if (modelsNamed(stages, against)) return undefined;
  const names = [...new Set(stages.flatMap(({ stage, id }) => [stage, id]))];
  const hint =
    didYouMean(against, names) ?? `the stages are: ${[...new Set(stages.map(({ stage }) => stage))].join(', ')}`;
  return { message: `There is no stage "${against}".`, origin: { option: `--against ${against}` }, hint };
}

/** The learning curves of those models that can be compared at a glance. */
async function curvesOf(
  study: Study | undefined,
  over: string | undefined,
  source: ReportSource,
): Promise<Figure | undefined> {
  const learned: Learned[] = [];
  for await (const each of learnedModels(study, source)) learned.push(each);
  const drawn = learned.slice(0, mostCurves);
  const figure = curvesFigure(drawn, { over, count: learned.length, goal: study?.measures[0].phrase });
  return figure && { ...figure, fullTables: () => [curvesTable(learned)] };
}

/** Calibration and confusion of the best, its teacher and the control; in the full tables, of every model. */
function trustFigures(drawn: readonly JudgedLead[], study: Study, source: ReportSource): readonly Figure[] {
  const reliability = reliabilityFigure(drawn);
  const confusion = confusionFigure(drawn, source.classes);
  const models = ranked(study.models, study.measures[0]).map((model) => ({ model }));
  let reading: Promise<readonly Judged[]> | undefined;
  const all = () => {
    reading ??= judgedOf(models, study, source);
    return reading;
  };
  return [
    reliability && { ...reliability, fullTables: async () => [reliabilityTable(await all())] },
    confusion && { ...confusion, fullTables: async () => [confusionTable(await all(), source.classes)] },
  ].flatMap((figure) => figure ?? []);
}

/** What the evaluations of models kept; models whose evaluations kept nothing are left out. */
async function judgedOf<Asked extends { readonly model: Model }>(
  asked: readonly Asked[],
  study: Study,
  source: ReportSource,
): Promise<readonly (Asked & Judged)[]> {
  const name = shortNames(study.models);
  const judged: (Asked & Judged)[] = [];
  for (const each of asked) {
    const details = await detailsOf(each.model, source);
    if (details.length > 0) judged.push({ ...each, name: name(each.model), details });
  }
  return judged;
}

/** What the evaluations of a model kept, one per repetition. */
async function detailsOf(model: Model, source: ReportSource): Promise<readonly EvaluationDetails[]> {
  const details: EvaluationDetails[] = [];
  for (const result of resultsOf(model)) {
    const found = Object.values(await source.contents(result)).flatMap((json) => readDetails(json) ?? []);
    details.push(...found.slice(0, 1));
  }
  return details;
}

/** Whether a stage belongs to the best model, in its first repetition. */
function isOfBest({ variants }: StageSummary, { best, over }: Study): boolean {
  const [repetition] = best.repetitions.keys();
  const wanted = { ...best.setting, ...(over !== undefined && { [over]: repetition ?? null }) };
  return variants.some((variant) =>
    Object.entries(wanted).every(([path, value]) => JSON.stringify(variant[path]) === JSON.stringify(value)),
  );
}

/** Pictures of the best model's most confident mistakes; undefined if answers or images are missing. */
async function mistakesOf(study: Study, source: ReportSource): Promise<Html | undefined> {
  const [result] = resultsOf(study.best);
  const mistakes = result && (await withAnswers(source, result, (answers) => surestMistakes(answers, source.classes)));
  if (!mistakes) return undefined;
  const needed = new Set(source.needs.get(result.id) ?? []);
  const name = shortNames(study.models);
  const [taught] = study.teacher ? resultsOf(study.teacher).filter((stage) => isOfBest(stage, study)) : [];
  const said = taught && (await withAnswers(source, taught, (answers) => saidOf(answers, source.classes)));
  for (const stage of source.summary.stages.filter(({ id }) => needed.has(id))) {
    const pictures = await source.pictures(
      stage,
      mistakes.map(({ image }) => image),
    );
    if (!pictures || pictures.length === 0) continue;
    const own = name(study.best);
    const say = `Clean test images that ${own} is most sure of and wrong about${study.over === undefined ? '' : `, at ${result.id}`}. Look here for wrong labels first.`;
    const teacher = study.teacher && said && { name: name(study.teacher), said };
    const how = `Bold: the label. Then the answer of ${own}${teacher ? ` and of ${teacher.name}` : ''}, with its probability in %.`;
    const legend = legendHtml([['student', own], ...(teacher ? [['teacher', teacher.name] as const] : [])]);
    const content = html`${teacher && legend}${mistakesHtml(mistakes, pictures, own, teacher)}`;
    return articleHtml('mistakes', 'Surest mistakes', say, content, how);
  }
  return undefined;
}

/** Queries the answers of an evaluation; undefined if it kept none. */
async function withAnswers<Found>(
  source: ReportSource,
  stage: StageSummary,
  ask: (answers: Answers) => Promise<Found>,
): Promise<Found | undefined> {
  const answers = await source.answers(stage);
  return answers && (await ask(answers).finally(() => answers.close()));
}

/** Every drawing of a report as SVG and as PNG, and the figures that stages mark. */
export async function* figureFiles(
  { figures, marked }: Report,
  source: MarkedDoors,
): AsyncGenerator<ReportFile | LeftOut> {
  const { pngOf } = await import('./drawing/png.ts');
  for (const { figure, wide } of figures) {
    if (!wide) continue;
    yield { name: `${figure.id}.svg`, content: wide.svg };
    yield { name: `${figure.id}.png`, content: await pngOf(wide) };
  }
  const foreign = new ForeignFigures();
  try {
    yield* markedFigures(marked, source, foreign);
  } finally {
    foreign.close();
  }
}

/** Every table of a report as CSV, Markdown and LaTeX, and the tables that stages mark. */
export async function* tableFiles(
  { figures, marked }: Report,
  source: MarkedDoors,
): AsyncGenerator<ReportFile | LeftOut> {
  for (const { figure } of figures) {
    for (const table of (await figure.fullTables?.()) ?? [figure.table]) {
      yield { name: `${table.name}.csv`, content: csvText(table) };
      yield { name: `${table.name}.md`, content: markdownText(table) };
      yield { name: `${table.name}.tex`, content: latexText(table) };
    }
  }
  yield* markedTables(marked, source);
}
