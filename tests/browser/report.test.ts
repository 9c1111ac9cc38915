import { mkdir, readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { textWidth } from '../../src/report/drawing/text-width.ts';
import { chromiumArguments, chromiumPath } from '../support/chromium.ts';
import { pipe } from '../support/pipe.ts';
import { temporaryDirectory } from '../support/temporary.ts';
import { writeExperiment } from './experiment.ts';

const directory = temporaryDirectory();
const report = join(directory, 'report.html');
const arimo = '@expo-google-fonts/arimo/400Regular/Arimo_400Regular.ttf';
const axe = createRequire(import.meta.url).resolve('axe-core/axe.min.js');
let browser: Browser;

if (chromiumPath === undefined) console.log('skipped: there is no Chromium here (PIPE_TEST_CHROMIUM names one)');

beforeAll(async () => {
  if (chromiumPath === undefined) return;
  await writeExperiment(directory);
  for (const words of [
    ['run', 'experiment.yaml'],
    ['report', '--against', 'evaluate-plain', '--tables', 'tables', '--figures', 'figures'],
  ]) {
    const { code, stderr } = await pipe(words, { directory });
    expect(code, stderr).toBe(0);
  }
  browser = await chromium.launch({ executablePath: chromiumPath, args: chromiumArguments });
});

afterAll(() => browser?.close());

/** Opens the report; errors of the page are in `complaints`. */
async function open(
  width: number,
  colorScheme: 'light' | 'dark' = 'light',
): Promise<{ page: Page; complaints: string[] }> {
  const page = await browser.newPage({ viewport: { width, height: 900 }, colorScheme });
  const complaints: string[] = [];
  page.on('console', (message) => complaints.push(message.text()));
  page.on('pageerror', (error) => complaints.push(String(error)));
  page.on('request', (request) => {
    if (!/^(?:file|data):/u.test(request.url())) complaints.push(`asked for ${request.url()}`);
  });
  await page.goto(`file://${report}`);
  await page.addScriptTag({ path: fileURLToPath(new URL('in-page.js', import.meta.url)) });
  return { page, complaints };
}

/** The rows of a table's CSV, by the names of its columns. */
async function csv(name: string): Promise<readonly Readonly<Record<string, string>>[]> {
  const [head = [], ...lines] = (await readFile(join(directory, 'tables', `${name}.csv`), 'utf8'))
    .trim()
    .split('\r\n')
    .map((line) =>
      [...line.matchAll(/(?:^|,)(?:"([^"]*)"|([^",]*))/gu)].map(([, quoted, plain]) => quoted ?? plain ?? ''),
    );
  return lines.map((line) => Object.fromEntries(line.map((value, at) => [head[at]!, value])));
}

interface Drawn {
  readonly values: readonly number[];
  /** The size of a pixel. */
  readonly pixel: number;
}

/** The values of marks, read off the axis of their plot. */
function valuesOnAxis(page: Page, figure: string, name: string, along: 'x' | 'y'): Promise<Drawn> {
  return page.evaluate(`inPage.valuesOnAxis('${figure}', '${name}', '${along}')`);
}

const numbers = (values: readonly (string | undefined)[]) =>
  values.filter((value) => value !== '' && value !== undefined).map(Number);
const inOrder = (values: readonly number[]) => [...values].sort((a, b) => a - b);

/** Lines of an axis are drawn on whole pixels, so a value read off two of them is off by at most one. */
function expectDrawn(drawn: readonly Drawn[], values: readonly number[]): void {
  const found = drawn.flatMap((each) => each.values);
  expect(found).toHaveLength(values.length);
  inOrder(found).forEach((value, at) => {
    expect(Math.abs(value - inOrder(values)[at]!)).toBeLessThan(drawn[0]!.pixel);
  });
}

describe.skipIf(chromiumPath === undefined)('the report in a browser', () => {
  test.each([390, 768, 1200])(
    'at %i px nothing scrolls sideways, nothing is loaded, no error is logged',
    async (width) => {
      const { page, complaints } = await open(width);
      const [content, window] = await page.evaluate<[number, number]>('inPage.widths()');
      expect(content).toBeLessThanOrEqual(window);
      expect(await page.evaluate('inPage.shownDrawings()')).toBe(await page.locator('.fig svg.wide').count());
      expect(complaints).toEqual([]);
      await page.close();
    },
  );

  test.each([
    [1200, 'light'],
    [390, 'light'],
    [1200, 'dark'],
  ] as const)('axe has no finding at %i px, %s', async (width, scheme) => {
    const { page } = await open(width, scheme);
    await page.evaluate('inPage.openDetails()');
    await page.addScriptTag({ path: axe });
    expect(await page.evaluate('inPage.axeFindings()')).toEqual([]);
    await page.close();
  });

  test('marks stand where the numbers of their CSV are', async () => {
    const { page } = await open(1200);
    const sweep = await csv('sweep');
    for (const measure of ['corrupted', 'clean']) {
      expectDrawn(
        [await valuesOnAxis(page, 'sweep', `data-${measure}`, 'y')],
        numbers(sweep.map((row) => row[measure])),
      );
    }
    const models = await csv('means');
    for (const measure of ['corrupted', 'clean', 'benchmark']) {
      const drawn = [];
      for (const role of ['student', 'teacher', 'control'])
        drawn.push(await valuesOnAxis(page, 'models', `data-${measure}-${role}`, 'x'));
      expectDrawn(drawn, numbers(models.map((row) => row[`${measure}_percent`])));
    }
    const corruptions = await csv('by-corruption');
    for (const [role, column] of [
      ['student', 'evaluate-student{temperature=4}'],
      ['teacher', 'evaluate-teacher'],
      ['control', 'evaluate-plain'],
    ] as const) {
      expectDrawn(
        [await valuesOnAxis(page, 'corruptions', `data-${role}`, 'x')],
        numbers(corruptions.map((row) => row[column])),
      );
    }
    const differences = (await csv('differences')).filter((row) => row['p'] !== '');
    const sure = (row: Readonly<Record<string, string>>) => Number(row['p_holm']) < 0.05;
    expectDrawn(
      [await valuesOnAxis(page, 'differences', 'data-sure', 'x')],
      numbers(differences.filter(sure).map((row) => row['difference'])),
    );
    const reliability = await csv('reliability');
    for (const [set, group] of [
      ['clean', 'Clean'],
      ['corrupted', 'Corrupted, severity 5'],
    ] as const) {
      const own = reliability.filter((row) => row['group'] === group && row['model'] === 'teacher');
      expect(own.length).toBeGreaterThan(5);
      const drawn = await page.locator(`#reliability svg.wide g.data_${set}_teacher_marks > *`).count();
      expect(drawn).toBe(own.length);
    }
    await page.close();
  });

  test('cells have the numbers of their CSV', async () => {
    const { page } = await open(1200);
    const cells = await csv('severities');
    const texts = await page.locator('#severities svg.wide g.mark-text.role-mark text').allTextContents();
    const words = cells.flatMap((row) =>
      Object.entries(row).flatMap(([name, value]) => {
        if (name.startsWith('accuracy')) return [Number(value).toFixed(0)];
        return name.startsWith('difference') ? [`+${Number(value).toFixed(1)}`] : [];
      }),
    );
    expect([...texts].sort()).toEqual([...words].sort());
    const confusion = await csv('confusion');
    const classes = new Set(confusion.map(({ shows }) => shows));
    expect(await page.locator('#confusion svg.wide g.data_cells_marks > *').count()).toBe(classes.size ** 2);
    // One for each of five temperatures, the teacher and the control; the figure has the best.
    expect(confusion).toHaveLength(7 * classes.size);
    const stages = await csv('stages');
    expect(await page.locator('#pipeline svg.wide g.data_stages_marks > *').count()).toBe(stages.length);
    await page.close();
  });

  test('curves go through the means of their CSV', async () => {
    const { page } = await open(1200);
    const curves = await csv('curves');
    const models = [...new Set(curves.map((row) => row['model']))];
    for (const [at, model] of models.entries()) {
      const drawn = await page.evaluate(`inPage.pointsOfLines('curves', 'data-mean-${at}')`);
      expect(drawn, model).toBe(2 * curves.filter((row) => row['model'] === model).length);
    }
    await page.close();
  });

  test('on paper every table is open, and none is wider than the page', async () => {
    const { page } = await open(703);
    await page.emulateMedia({ media: 'print' });
    expect(await page.evaluate('inPage.cutTables()')).toEqual([]);
    expect((await page.pdf({ preferCSSPageSize: true })).length).toBeGreaterThan(10_000);
    await page.close();
  });

  test('text is as wide as drawings take it to be', async () => {
    const { page } = await open(1200);
    const font = (await readFile(createRequire(import.meta.url).resolve(arimo))).toString('base64');
    const signs = [...Array.from({ length: 95 }, (_, at) => String.fromCharCode(32 + at)), ...'±−×–·²…—'];
    const widths = await page.evaluate<number[]>(`inPage.widthsIn('${font}', ${JSON.stringify(signs)})`);
    const wrong = signs.flatMap((sign, at) => {
      const taken = textWidth(sign, 1000, false);
      return Math.abs(taken - widths[at]!) > 2 ? [`${sign}: ${taken}, and is ${widths[at]}`] : [];
    });
    expect(wrong).toEqual([]);
    await page.close();
  });

  test('what a screen reader says', async () => {
    const { page } = await open(1200);
    const tree = await page.locator('body').ariaSnapshot();
    const stable = tree
      .replaceAll(/\d{8}-\d{6}/gu, 'RUN')
      .replaceAll(/\d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC/gu, 'MOMENT')
      .replaceAll(/done in [\d.a-z ]+s\b/gu, 'done in TIME')
      .replaceAll(/[0-9a-f]{40}/gu, 'COMMIT');
    await expect(stable.slice(0, stable.indexOf('- heading "Provenance"'))).toMatchFileSnapshot('report.aria.yaml');
    await page.close();
  });

  test('pictures of it, for people to look at', async () => {
    const folder = process.env['PIPE_TEST_SCREENSHOTS'];
    if (folder === undefined)
      return console.log('no screenshots are kept (PIPE_TEST_SCREENSHOTS names a folder for them)');
    await mkdir(folder, { recursive: true });
    for (const [name, width, scheme] of [
      ['light', 1200, 'light'],
      ['dark', 1200, 'dark'],
      ['phone', 390, 'light'],
    ] as const) {
      const { page } = await open(width, scheme);
      await page.screenshot({ path: join(folder, `${name}.png`), fullPage: true });
      if (name === 'light') await page.pdf({ path: join(folder, 'print.pdf'), preferCSSPageSize: true });
      await page.close();
    }
  });
});
