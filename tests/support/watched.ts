import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { startPipe } from './pipe.ts';
import { until } from './until.ts';

/** A pipeline with a module that reports steps and waits for files named `go-…`, and names with markup and control characters. */
export function writeWatched(directory: string): void {
  const module = `import { existsSync, writeFileSync } from 'node:fs';
export default {
  summary: 'Waits.', schema: { type: 'object' }, inputs: {}, outputs: { o: { file: 'o', summary: 'Nothing.' } },
  async run({ outputs, report }) {
    console.log('<script>alert(1)</script> \\u001b[31m words');
    for (const step of [1, 2, 3]) {
      report({ label: '<img src=x onerror=alert(2)> ' + step, done: step, total: 3, unit: 'steps', step, metrics: { '<b>loss</b>': 1 / step } });
    }
    writeFileSync(${JSON.stringify(join(directory, 'begun'))}, '');
    while (!existsSync(${JSON.stringify(join(directory, 'go'))})) await new Promise((resolve) => setTimeout(resolve, 20));
    writeFileSync(outputs.o, '');
    return {};
  },
};
`;
  const after = {
    uses: 'shell',
    with: { command: 'echo > o', inputs: { i: 'i' }, outputs: { o: 'o' } },
    needs: { i: 'waits.o' },
  };
  writeFileSync(join(directory, 'waits.mjs'), module);
  writeFileSync(
    join(directory, 'p.yaml'),
    JSON.stringify({ name: 'watched', stages: { waits: { uses: './waits.mjs' }, after } }),
  );
}

/** Starts a command that serves a page, and waits for the page's address. */
export async function startWatching(words: readonly string[], directory: string) {
  const started = startPipe(words, { directory });
  let said = '';
  started.child.stdout!.on('data', (text: string) => {
    said += text;
  });
  let ended: string | undefined;
  void started.outcome.then(({ stdout, stderr }) => {
    ended = stdout + stderr;
  });
  const url = await until(() => {
    if (ended !== undefined) throw new Error(`it ended:\n${ended}`);
    return /http:\S+/u.exec(said)?.[0];
  });
  return { ...started, url: new URL(url), said: () => said };
}

/** Waits until the module's steps are reported. */
export function begun(directory: string): Promise<true> {
  return until(() => (existsSync(join(directory, 'begun')) ? true : undefined));
}

/** Lets the module continue. */
export function letGo(directory: string): void {
  writeFileSync(join(directory, 'go'), '');
}
