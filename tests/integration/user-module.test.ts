import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
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
  readonly stages: readonly { readonly outputs: Record<string, { path: string }>; readonly metrics: object }[];
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
