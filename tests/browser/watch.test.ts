import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { type Browser, chromium } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { chromiumArguments, chromiumPath } from '../support/chromium.ts';
import { temporaryDirectory } from '../support/temporary.ts';
import { begun, letGo, startWatching, writeWatched } from '../support/watched.ts';

const axe = createRequire(import.meta.url).resolve('axe-core/axe.min.js');
let browser: Browser;

if (chromiumPath === undefined) console.log('skipped: there is no Chromium here (PIPE_TEST_CHROMIUM names one)');

beforeAll(async () => {
  if (chromiumPath !== undefined)
    browser = await chromium.launch({ executablePath: chromiumPath, args: chromiumArguments });
});

afterAll(() => browser?.close());

describe.skipIf(chromiumPath === undefined)('the page of a run in browsers', () => {
  test('sees a stage finish, in two browsers; survives a reload and the end; nothing of the run is obeyed', async () => {
    const directory = temporaryDirectory();
    writeWatched(directory);
    const run = await startWatching(['run', 'p.yaml', '--watch'], directory);
    await begun(directory);
    const complaints: string[] = [];
    const open = async (width: number, colorScheme: 'light' | 'dark') => {
      const context = await browser.newContext({ viewport: { width, height: 900 }, colorScheme, bypassCSP: false });
      const page = await context.newPage();
      page.on('console', (message) => complaints.push(message.text()));
      page.on('pageerror', (error) => complaints.push(String(error)));
      page.on('dialog', (dialog) => complaints.push(dialog.message()));
      await page.goto(run.url.href);
      await page.waitForURL(new URL('/', run.url).href);
      await page.getByText('connected', { exact: true }).waitFor();
      return page;
    };
    const pages = [await open(1200, 'light'), await open(390, 'dark')];
    for (const page of pages) {
      await page.locator('#state-0', { hasText: 'running' }).waitFor();
      await page.getByRole('img', { name: '<b>loss</b> of waits' }).waitFor();
      expect(await page.locator('img').count()).toBe(0);
      expect(await page.evaluate('document.documentElement.scrollWidth <= document.documentElement.clientWidth')).toBe(
        true,
      );
    }
    const [first, second] = [pages[0]!, pages[1]!];
    // On a phone, too, short words stay whole.
    for (const selector of ['#log-0 a', '.stages thead th:last-child'])
      expect((await second.locator(selector).boundingBox())!.height, selector).toBeLessThan(34);
    await first.reload();
    await first.locator('#state-0', { hasText: 'running' }).waitFor();

    letGo(directory);
    for (const page of pages) {
      await page.locator('#state-0', { hasText: 'done' }).waitFor();
      await page.getByRole('heading', { name: /^2 of 2 stages done in/u }).waitFor();
    }
    await second.reload();
    await second.getByRole('heading', { name: /^2 of 2 stages done in/u }).waitFor();
    await first.getByRole('link', { name: 'log of waits' }).click();
    await first.getByText('<script>alert(1)</script>').waitFor();
    await first.getByRole('link', { name: 'All stages' }).click();
    await first.locator('#state-1', { hasText: 'done' }).waitFor();
    expect(complaints).toEqual([]);

    // On paper, where tables are smaller, their headings and the kinds of stages are smaller, too.
    await first.emulateMedia({ media: 'print' });
    const sizes = await first.evaluate(
      "['td', 'thead th', 'small'].map((each) => parseFloat(getComputedStyle(document.querySelector('.stages ' + each)).fontSize))",
    );
    const [cell = 0, ...others] = sizes as readonly number[];
    for (const size of others) expect(size).toBeLessThan(cell);
    await first.emulateMedia({ media: 'screen' });

    const { PIPE_TEST_SCREENSHOTS: folder } = process.env;
    if (folder)
      for (const [at, page] of pages.entries())
        await page.screenshot({ path: `${folder}/watch-${at}.png`, fullPage: true });
    run.child.kill('SIGINT');
    expect((await run.outcome).code).toBe(0);
    await first.getByText('not connected').waitFor();
  });

  test.each([
    [1200, 'light'],
    [390, 'dark'],
  ] as const)('axe has no finding at %i px, %s', async (width, colorScheme) => {
    const directory = temporaryDirectory();
    writeWatched(directory);
    const run = await startWatching(['run', 'p.yaml', '--watch'], directory);
    await begun(directory);
    const page = await browser.newPage({ viewport: { width, height: 900 }, colorScheme, bypassCSP: true });
    await page.goto(run.url.href);
    await page.getByRole('img', { name: '<b>loss</b> of waits' }).waitFor();
    await page.addScriptTag({ path: fileURLToPath(new URL('in-page.js', import.meta.url)) });
    await page.addScriptTag({ path: axe });
    expect(await page.evaluate('inPage.axeFindings()')).toEqual([]);
    letGo(directory);
    run.child.kill('SIGINT');
    await run.outcome;
    await page.close();
  });
});
