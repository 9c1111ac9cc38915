import { spawn, spawnSync } from 'node:child_process';
import { realpathSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { temporaryDirectory } from '../support/temporary.ts';
import { TestTerminal } from '../support/terminal.ts';

const command = fileURLToPath(new URL('../../bin/pipe.cjs', import.meta.url));
const directory = temporaryDirectory();
const columns = 90;
const rows = 24;

/** A pseudo-terminal, which only a program outside Node can create: util-linux's `script`. */
const hasTerminal = spawnSync('script', ['--version']).status === 0;

const pipeline = `name: words
stages:
  write: { uses: shell, with: { command: "sleep 0.5; echo word > word", outputs: { word: word } } }
  fail: { uses: shell, needs: { word: write }, with: { command: "sleep 0.3; exit 3", inputs: { word: word }, outputs: { x: x } } }
`;

/** Runs `pipe` on a terminal; returns everything it wrote, and the final screen. */
async function onTerminal(line: string): Promise<{ readonly written: string; readonly screen: string }> {
  const child = spawn(
    'script',
    ['-qec', `stty cols ${columns} rows ${rows}; ${process.execPath} ${command} ${line}`, '/dev/null'],
    {
      cwd: directory,
      env: { ...process.env, CI: undefined, NO_COLOR: undefined, TERM: 'xterm-256color' },
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
  const terminal = new TestTerminal(columns, rows);
  let written = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    written += text;
    terminal.stream.write(text);
  });
  await new Promise((resolve) => child.on('close', resolve));
  return { written, screen: await terminal.text() };
}

test.runIf(hasTerminal)(
  'on a real terminal (where `script` can make one): a live table while it runs, the summary after it',
  async () => {
    await writeFile(join(directory, 'words.yaml'), pipeline);
    const { written, screen } = await onTerminal('run words.yaml');
    for (const spinning of ['⠙', '⠹']) expect(written).toContain(`\u001b[36m${spinning}\u001b[39m write`);
    expect(written).toContain('after write');
    const shown = screen
      .replaceAll(realpathSync(directory), 'DIR')
      // The path of the kept folder may be wrapped anywhere, because the temporary directory may have any length.
      .replace(/failed\/[\s\S]*?\n\n/u, 'failed/KEPT\n\n')
      .replace(/[0-9a-f]{12}/gu, 'KEY')
      .replace(/\d{8}-\d{6}/gu, 'RUN')
      .replace(/\d+\.\d+s/gu, 'TIME');
    expect(shown).toMatchInlineSnapshot(`
      "project: DIR (folder of the pipeline), store: artifacts
      words run RUN
      error: fail: the command ended with exit code 3
      hint: it printed nothing
      its folder is kept, with everything it wrote: DIR/artifacts/failed/KEPT

      stage  state   took  key           why
      ─────  ──────  ────  ────────────  ─────────
      write  ran     TIME  KEY  never run
      fail   failed  TIME  KEY  never run

      fail failed: the command ended with exit code 3

      failed in TIME: 1 ran, 0 reused, 1 failed
      next: pipe logs 'fail' for what it wrote, pipe show RUN for where it failed"
    `);
  },
);
