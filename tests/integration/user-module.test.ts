import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { beforeEach, expect, test } from 'vitest';
import { whyUntraceable } from '../../src/workers/file-trace.ts';
import { pipe } from '../support/pipe.ts';
import { temporaryDirectory } from '../support/temporary.ts';

const directory = temporaryDirectory();

const stage = `import { writeFile } from 'node:fs/promises';
import { defineStage, StageError } from 'pipe-ml';
import { greet } from './greeting.ts';

interface Told { readonly letters: number }

export default defineStage({
  summary: 'Greets somebody.',
  schema: { type: 'object', properties: { name: { type: 'string', default: 'you' } } },
  inputs: {},
  outputs: { greeting: { file: 'greeting.txt', summary: 'One line.' } },
  // more
  async run({ config, outputs, report }) {
    if (config.name === '') throw new StageError('There is nobody to greet.', { hint: 'say whom' });
    const told: Told = { letters: config.name.length };
    await writeFile(outputs.greeting, greet(config.name));
    return { metrics: { ...told } };
  },
});
`;

interface Summary {
  readonly ran: number;
  readonly stages: readonly {
    readonly key: string;
    readonly outputs: Record<string, { path: string }>;
    readonly metrics: object;
  }[];
}

const write = (file: string, text: string) => writeFile(join(directory, file), text);
/** The stage with something else in it. */
const with_ = (before: string, after: string) => write('stage.ts', stage.replace(before, after));
const greeting = (word: string) =>
  write('greeting.ts', `export const greet = (name: string) => \`${word} \${name}\\n\`;\n`);

async function run(...options: string[]) {
  return runIn({}, ...options);
}

async function runIn(environment: Readonly<Record<string, string>>, ...options: string[]) {
  const outcome = await pipe(['run', 'greet.yaml', '--json', ...options], { directory, environment });
  return { ...outcome, summary: () => JSON.parse(outcome.stdout) as Summary };
}

/** What the stage wrote. */
async function greeted(outcome: Awaited<ReturnType<typeof run>>): Promise<string> {
  expect(outcome.code, outcome.stderr).toBe(0);
  return readFile(outcome.summary().stages[0]!.outputs['greeting']!.path, 'utf8');
}

beforeEach(async () => {
  await write('greet.yaml', 'name: greet\nstages:\n  hello:\n    uses: ./stage.ts\n    with: { name: Ada }\n');
  await write('stage.ts', stage);
  await greeting('hello');
});

test("a user's own module is a stage, checked and reused like any other; what it imports counts", async () => {
  const first = await run();
  expect(await greeted(first)).toBe('hello Ada\n');
  expect(first.summary().stages[0]!.metrics).toEqual({ letters: 3 });
  expect((await run()).summary().ran).toBe(0);
  await greeting('good morning');
  expect((await run()).summary().ran).toBe(1);
  await greeting('hello');
  expect((await run()).summary().ran).toBe(0);
  const shown = await pipe(['show', first.summary().stages[0]!.key, '--json'], { directory });
  expect(JSON.parse(shown.stdout).material.version).toMatch(/^api1:[0-9a-f]{64}$/u);
});

test.each([
  ['of the wrong type', ['--set', 'stages.hello.with.name=7'], '--set stages.hello.with.name=7'],
  ['that its schema does not name', ['--set', 'stages.hello.with.nmae=Ada'], 'did you mean "name"?'],
])('a setting %s is a problem where it was written', async (_, options, message) => {
  const { code, stderr } = await run(...options);
  expect([code, stderr]).toEqual([2, expect.stringContaining(message)]);
});

test('a schema may say that other settings are welcome', async () => {
  await with_("schema: { type: 'object',", "schema: { type: 'object', additionalProperties: { type: 'string' },");
  expect((await run('--set', 'stages.hello.with.other=x')).code).toBe(0);
});

test.each<[string, string, string, readonly string[]]>([
  ['does not compile', 'async run({', 'async run({{', ['greet.yaml:4:11', 'stage.ts:13:14)']],
  [
    'imports what is not there',
    "'./greeting.ts'",
    "'./greetings.ts'",
    ['Could not resolve "./greetings.ts"', 'stage.ts:3:23)'],
  ],
  ['throws while it loads', '// more', "...JSON.parse('{'),", ['it throws SyntaxError', '(stage.ts:12:11)']],
  ['exports nothing', 'export default', 'export const stage =', ['exports no stage: it has no default export']],
  ['lacks what a stage has', "summary: 'Greets somebody.',", '', ['exports no stage: it has no `summary`']],
  [
    'has an output that climbs',
    "'greeting.txt'",
    "'../greeting.txt'",
    ['the file of its output "greeting" leaves the folder through ".."'],
  ],
  [
    'has an output of an absolute path',
    "'greeting.txt'",
    "'/tmp/greeting.txt'",
    ['the file of its output "greeting" is an absolute path'],
  ],
  [
    'has an output under the name of curves',
    'outputs: { greeting:',
    'outputs: { curves:',
    ['cannot be named "curves"'],
  ],
  [
    'has a schema that is none',
    "{ type: 'string', default",
    "{ type: 'strin', default",
    ['the schema of the stage kind "./stage.ts" is invalid'],
  ],
])('a module that %s is a problem at its `uses`, with its own place', async (_, before, after, messages) => {
  await with_(before, after);
  const { code, stderr } = await run();
  expect(code).toBe(2);
  expect(stderr).not.toContain('this is a bug');
  for (const message of ['greet.yaml:4:11', ...messages]) expect(stderr).toContain(message);
});

test('what a module throws is reported with a message, and says where in the module; its own errors are as it wrote them', async () => {
  const refused = await run('--set', 'stages.hello.with.name=""');
  expect([refused.code, refused.stderr]).toEqual([1, expect.stringContaining('There is nobody to greet.')]);
  expect(refused.stderr).toContain('say whom');
  await write('greeting.ts', 'export function greet(name: string): string {\n\n  throw new TypeError(name);\n}\n');
  const broken = await run();
  expect([broken.code, broken.stderr]).toEqual([1, expect.stringContaining('the module threw TypeError: Ada')]);
  expect(broken.stderr).toContain('at greeting.ts:3:9\nat stage.ts:16:39');
});

test('a module sees the variables that it declares, and no others', async () => {
  await with_('greet(config.name)', 'String(Object.keys(process.env).sort())');
  const seen = (await greeted(await runIn({ ODD: '1', LANG: 'C' }))).split(',');
  expect(seen).toEqual(expect.arrayContaining(['HOME', 'LANG', 'PATH']));
  expect(seen).not.toContain('ODD');
  await with_('greet(config.name)', 'String([process.env.ODD, process.env.TOKEN])');
  await write(
    'stage.ts',
    (await readFile(join(directory, 'stage.ts'), 'utf8')).replace(
      '// more',
      "environment: ['ODD'], secrets: ['TOKEN'],",
    ),
  );
  expect(await greeted(await runIn({ ODD: '1', TOKEN: 'token' }))).toBe('1,token');
  expect((await runIn({ ODD: '1', TOKEN: 'other' })).summary().ran).toBe(0);
  expect((await runIn({ ODD: '2', TOKEN: 'other' })).summary().ran).toBe(1);
});

test('files that a module declares are part of its key; one that it refers to without declaring it is a problem', async () => {
  await mkdir(join(directory, 'words'), { recursive: true });
  await write('words/one.txt', 'one');
  const reading = `readFileSync(new URL('./words/one.txt', import.meta.url), 'utf8')`;
  const source = stage
    .replace('greet(config.name)', reading)
    .replace("'node:fs/promises';", "'node:fs/promises';\nimport { readFileSync } from 'node:fs';");
  await write('stage.ts', source);
  const undeclared = await run();
  expect(undeclared.code).toBe(2);
  expect(undeclared.stderr).toContain('stage.ts:17:52 reads words/one.txt, which the stage does not declare');
  await write('stage.ts', source.replace('// more', "files: ['words/*.txt'],"));
  expect(await greeted(await run())).toBe('one');
  await write('words/one.txt', 'two');
  expect(await greeted(await run())).toBe('two');
  expect((await run()).summary().ran).toBe(0);
});

test('files may depend on the settings', async () => {
  await write('a.txt', 'a');
  await with_('// more', 'files: ({ name }) => [`${name}.txt`],');
  const missing = await run();
  expect([missing.code, missing.stderr]).toEqual([3, expect.stringContaining('No file matches "Ada.txt"')]);
  expect((await run('--set', 'stages.hello.with.name=a')).code).toBe(0);
});

test("a source's import.meta.url is that of its file", async () => {
  await with_('greet(config.name)', 'import.meta.url');
  expect(await greeted(await run())).toBe(pathToFileURL(join(directory, 'stage.ts')).href);
});

test('points that a module reports at its steps are curves, kept with the result', async () => {
  await with_(
    'const told',
    "for (const step of [1, 2]) report({ label: 'x', done: step, total: 2, unit: 'steps', step, metrics: { loss: 1 / step } });\n    const told",
  );
  const [hello] = (await run()).summary().stages;
  expect(JSON.parse(await readFile(hello!.outputs['curves']!.path, 'utf8'))).toEqual({
    format: 1,
    curves: { loss: { steps: [1, 2], values: [1, 0.5] } },
  });
});

const unseen = await whyUntraceable(process.env);

test.skipIf(unseen)(
  `what a module reads without declaring it is named when it is verified${unseen ? ` (skipped: ${unseen})` : ''}`,
  async () => {
    await write(
      'stage.ts',
      stage
        .replace('greet(config.name)', "await readFile('secretly.txt', 'utf8')")
        .replace('{ writeFile }', '{ readFile, writeFile }'),
    );
    await write('secretly.txt', 'read');
    expect(await greeted(await run())).toBe('read');
    const { stdout, code, stderr } = await pipe(['verify', 'greet.yaml', '--rerun', 'hello'], { directory });
    expect([code, stdout], stderr).toEqual([0, expect.stringContaining('secretly.txt')]);
  },
);
