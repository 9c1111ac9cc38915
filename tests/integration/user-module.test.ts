import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { beforeAll, expect, test } from 'vitest';
import { pipe } from '../support/pipe.ts';
import { temporaryDirectory } from '../support/temporary.ts';

const directory = temporaryDirectory();

const stage = `import { writeFile } from 'node:fs/promises';
import type { StageModule } from 'pipe';
import { greet } from './greeting.ts';

const stage: StageModule<{ name: string }> = {
  summary: 'Greets somebody.',
  config: { type: 'object', additionalProperties: false, properties: { name: { type: 'string', default: 'you' } } },
  inputs: {},
  outputs: { greeting: { file: 'greeting.txt', summary: 'One line.' } },
  async run({ config, outputs }) {
    await writeFile(outputs['greeting']!, greet(config.name));
    return { metrics: { letters: config.name.length } };
  },
};
export default stage;
`;

interface Summary {
  readonly ran: number;
  readonly stages: readonly {
    readonly key: string;
    readonly outputs: Record<string, { path: string }>;
    readonly metrics: object;
  }[];
}

const greeting = (word: string) =>
  writeFile(join(directory, 'greeting.ts'), `export const greet = (name: string) => \`${word} \${name}\\n\`;\n`);

async function run(...options: string[]) {
  const outcome = await pipe(['run', 'greet.yaml', '--json', ...options], { directory });
  return { ...outcome, summary: () => JSON.parse(outcome.stdout) as Summary };
}

beforeAll(async () => {
  await writeFile(
    join(directory, 'greet.yaml'),
    'name: greet\nstages:\n  hello:\n    uses: ./stage.ts\n    with: { name: Ada }\n',
  );
  await writeFile(join(directory, 'stage.ts'), stage);
  await greeting('hello');
});

test("a user's own module is a stage, checked and reused like any other", async () => {
  const first = await run();
  expect(first.code, first.stderr).toBe(0);
  const [hello] = first.summary().stages;
  expect(await readFile(hello!.outputs['greeting']!.path, 'utf8')).toBe('hello Ada\n');
  expect(hello!.metrics).toEqual({ letters: 3 });
  expect((await run()).summary().ran).toBe(0);
});

test('what the module imports counts: changing it reruns the stage', async () => {
  await greeting('good morning');
  expect((await run()).summary().ran).toBe(1);
  await greeting('hello');
  expect((await run()).summary().ran).toBe(0);
});

test('its settings are checked where they were written', async () => {
  const { code, stderr } = await run('--set', 'stages.hello.with.name=7');
  expect(code).toBe(2);
  expect(stderr).toContain('--set stages.hello.with.name=7');
});

test('a module that does not compile is a problem at its `uses`', async () => {
  await writeFile(join(directory, 'stage.ts'), 'export default {');
  const { code, stderr } = await run();
  expect(code).toBe(2);
  expect(stderr).toContain('greet.yaml:4:11');
  expect(stderr).toContain('stage.ts:1:');
});

test("pipe's own package is the pipe that runs: its errors are sentences, and it is no part of the module's version", async () => {
  await writeFile(
    join(directory, 'stage.ts'),
    stage
      .replace("import type { StageModule } from 'pipe';", "import { StageError, type StageModule } from 'pipe-ml';")
      .replace(
        'await writeFile',
        "if (config.name === '') throw new StageError('There is nobody to greet.', { hint: 'say whom' });\n    await writeFile",
      ),
  );
  const refused = await run('--set', 'stages.hello.with.name=""');
  expect(refused.code).toBe(1);
  expect(refused.stderr).toContain('There is nobody to greet.');
  expect(refused.stderr).toContain('say whom');
  const summary = (await run()).summary();
  const shown = await pipe(['show', summary.stages[0]!.key, '--json'], { directory });
  expect(JSON.parse(shown.stdout).material.version).toMatch(/^api1:[0-9a-f]{64}$/u);
});

test("a source's import.meta.url is that of its file", async () => {
  await writeFile(join(directory, 'stage.ts'), stage.replace('greet(config.name)', 'import.meta.url'));
  const [hello] = (await run()).summary().stages;
  expect(await readFile(hello!.outputs['greeting']!.path, 'utf8')).toBe(
    pathToFileURL(join(directory, 'stage.ts')).href,
  );
});
