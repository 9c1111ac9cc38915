import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { pipe } from '../support/pipe.ts';
import { processesWith } from '../support/processes.ts';
import { temporaryDirectory } from '../support/temporary.ts';

const directory = temporaryDirectory();

/** Runs a pipeline of one module whose `run` has this body. */
async function run(name: string, body: string, contain = true, environment: Record<string, string> = {}) {
  const outputs = "{ o: { file: 'o.txt', summary: 'A text.' } }";
  writeFileSync(
    join(directory, `${name}.mjs`),
    `import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
export default { summary: 'x', schema: { type: 'object' }, inputs: {}, outputs: ${outputs}, async run({ outputs }) { ${body} } };
`,
  );
  const stages = { s: { uses: `./${name}.mjs`, contain } };
  writeFileSync(join(directory, `${name}.yaml`), JSON.stringify({ name, stages }));
  return pipe(['run', `${name}.yaml`, '--json', '--artifacts', name], { directory, environment });
}

const textOf = (stdout: string) => {
  const { stages } = JSON.parse(stdout) as { stages: { outputs: { o: { path: string } } }[] };
  return readFileSync(stages[0]!.outputs.o.path, 'utf8');
};

test.each([true, false])(
  'what a module leaves behind ends before its outputs are taken (contain: %s)',
  async (contain) => {
    const seconds = `${9000 + process.pid}.${Number(contain)}`;
    const child = `spawn('sh', ['-c', 'sleep ${seconds}; echo changed > "$0"', outputs.o], { detached: true, stdio: 'ignore' }).unref();`;
    const late = "writeFileSync(outputs.o, 'first'); setTimeout(() => writeFileSync(outputs.o, 'later'), 50);";
    const { code, stdout, stderr } = await run(`late-${contain}`, `${child} ${late} return {};`, contain);
    expect(code, stderr).toBe(0);
    expect(textOf(stdout)).toBe('first');
    expect(processesWith(`sleep ${seconds}`)).toEqual([]);
  },
);

test('a full JavaScript heap is called that', async () => {
  const fill = 'const all = []; for (;;) all.push(new Array(100000).fill(all.length));';
  const { code, stderr } = await run('heap', fill, true, { NODE_OPTIONS: '--max-old-space-size=60' });
  expect(code).toBe(1);
  expect(stderr).toContain('its JavaScript heap is full; NODE_OPTIONS=--max-old-space-size');
  expect(stderr).not.toContain('oneDNN');
});
