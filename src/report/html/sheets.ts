import type { CellFacts, ReadSheet, Said } from '../../evaluation/picture-sheets.ts';
import type { Sign } from '../figures/figure.ts';
import { corruptionWords, inFamilies } from '../results/corruptions.ts';
import { list } from '../results/names.ts';
import { numberWords } from '../results/numbers.ts';
import { articleHtml } from './document.ts';
import { legendHtml } from './legend.ts';
import { type Html, html } from './markup.ts';

type Cell = ReadSheet['cells'][number];

/** The symbol for the answers of each model, by the order of the models: as many as can be distinguished. */
const signs: readonly Sign[] = ['student', 'teacher', 'control'];

/** Pictures with descriptions and answers of the models: one article per sheet. @param of the stage that drew them. */
export function sheetsHtml(sheets: readonly ReadSheet[], of: string): Html {
  return html`${sheets.map((sheet, at) => sheetHtml(sheet, `sheet-${at}`, of))}`;
}

function sheetHtml(sheet: ReadSheet, id: string, of: string): Html {
  const { title, cells } = sheet;
  const names = modelsIn(cells);
  const labels = new Set(cells.map(({ label }) => label));
  const groups = [...new Set(cells.flatMap(({ group }) => group ?? []))];
  const isRows = groups.length > 0 && cells.length > groups.length;
  const shows = labels.size === 1 ? `All show the same: ${[...labels].join('')}. ` : '';
  const asked = list(names.map((name) => rightWords(name, cells)));
  const say = `${shows}${asked === '' ? `${cells.length} pictures.` : `Of these ${cells.length} pictures, ${asked}.`}`;
  const how = [
    isRows && 'From left to right: from the lowest to the highest severity.',
    !isRows && labels.size > 1 && 'Bold: what the image shows.',
    names.length > 0 && 'In %: the probability that a model gives to its answer; ✓ is right, × is wrong.',
    `Drawn by ${of}.`,
  ].filter((words) => words !== false);
  const legend = legendHtml(names.map((name, at) => [signs[at]!, name]));
  const content = isRows ? familiesHtml(sheet, groups, names) : picturesHtml(sheet, names, labels.size > 1);
  return articleHtml(id, title, say, html`${legend}${content}`, how.join(' '));
}

function modelsIn(cells: readonly Cell[]): readonly string[] {
  return [...new Set(cells.flatMap(({ answers }) => Object.keys(answers ?? {})))].slice(0, signs.length);
}

function rightWords(name: string, cells: readonly Cell[]): string {
  const right = cells.filter(({ label, answers }) => answers?.[name]?.class === label).length;
  return `${name} gets ${right} right`;
}

function picturesHtml({ side, cells }: ReadSheet, names: readonly string[], areLabelled: boolean): Html {
  const items = cells.map((cell) => {
    const done = cell.group === undefined ? cell.caption : corruptionWords(cell.group);
    const words = [...(areLabelled ? [cell.label] : []), ...(done === undefined ? [] : [done])];
    const [bold = '', ...more] = words;
    return html`<li>${imageHtml(cell, side)}<b>${bold}</b>${more.map((word) => html`<span class="done">${word}</span>`)}${answersHtml(cell, names)}</li>`;
  });
  return html`<ul class="pictures">${items}</ul>`;
}

function familiesHtml(sheet: ReadSheet, groups: readonly string[], names: readonly string[]): Html {
  return html`${inFamilies(groups).map(
    ({ family, names: own }) =>
      html`<h4>${family}</h4><ul class="strips">${own.map((group) => stripHtml(sheet, group, names))}</ul>`,
  )}`;
}

/** The pictures of one group next to each other, each with its answers below. */
function stripHtml({ side, cells }: ReadSheet, group: string, names: readonly string[]): Html {
  const pictures = cells
    .filter((cell) => cell.group === group)
    .map((cell) => html`<li>${imageHtml(cell, side)}${answersHtml(cell, names)}</li>`);
  return html`<li><span class="name">${corruptionWords(group)}</span><ul class="strip">${pictures}</ul></li>`;
}

function imageHtml({ png, label, caption, group }: Cell, side: number): Html {
  const words = [label, group && corruptionWords(group), caption].filter((word) => word !== undefined).join(', ');
  return pictureHtml(png, side, words);
}

/** A small picture, every pixel as a square, as large as a column allows. */
export function pictureHtml(png: Uint8Array, side: number, alt: string): Html {
  const shown = side * Math.max(1, Math.floor(96 / side));
  return html`<img src="data:image/png;base64,${Buffer.from(png).toString('base64')}" width="${shown}" height="${shown}" alt="${alt}">`;
}

function answersHtml(cell: CellFacts, names: readonly string[]): readonly (Html | undefined)[] {
  return names.map((name, at) => answerHtml(cell, name, signs[at]!));
}

function answerHtml({ label, answers }: CellFacts, name: string, sign: Sign): Html | undefined {
  const said = answers?.[name];
  return said && saidHtml(said, label, name, sign);
}

/** The answer of a model for a picture, after the model's symbol. */
export function saidHtml(said: Said, label: string, name: string, sign: Sign): Html {
  const share = `${numberWords(said.share, 'share', 0)} %`;
  const answer =
    said.class === label
      ? html`<span class="right">✓</span> ${share}`
      : html`<span class="wrong">${said.class}</span> ${share}`;
  return html`<span class="said ${sign}"><span class="hidden">${name}: </span>${answer}</span>`;
}
