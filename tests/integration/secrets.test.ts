import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { pipe } from '../support/pipe.ts';
import { temporaryDirectory } from '../support/temporary.ts';

const directory = temporaryDirectory();
const secret = `ab'c "quoted" d/e+f\nsecond line of it`;
const environment = { API_TOKEN: secret, API_ENDPOINT: 'https://example.org' };

/** Every kind of output of a stage, with the secret in it. */
const stage = `import { writeFile } from 'node:fs/promises';
import { StageError } from 'pipe-ml';
const token = process.env.API_TOKEN;
export default {
  summary: 'Says a secret.',
  schema: { type: 'object', properties: { fails: { type: 'string', default: '' } } },
  secrets: ['API_TOKEN'],
  inputs: {},
  outputs: { told: { file: 'told.txt', summary: 'Text.' } },
  async run({ config, outputs, report, warn }) {
    report({ label: 'with ' + token, done: 1, total: 2, unit: token });
    warn('careful: ' + encodeURIComponent(token));
    if (config.fails === 'sentence') throw new StageError('no ' + token, { hint: JSON.stringify({ token }) });
    if (config.fails === 'bug') throw new TypeError('bug ' + token);
    await writeFile(outputs.told, 'told');
    return { metrics: { token, [token]: 1, basic: Buffer.from('me:' + token).toString('base64'), nested: { lines: token.split('\\n') } }, provenance: { token } };
  },
};
`;

const pipeline = `name: secrets
stages:
  command:
    uses: shell
    with:
      command: |
        echo "$API_TOKEN" >&2
        printf 'in two wri'; printf '%s' "$API_TOKEN" | cut -c1-5; printf '%s' "$API_TOKEN" | base64
        echo "$API_ENDPOINT" > said.txt
      outputs: { said: said.txt }
      pass: [API_ENDPOINT]
      secrets: [API_TOKEN]
  module:
    uses: ./stage.mjs
`;

/** What must not be found anywhere: pieces of the secret, literally and in the forms that programs write. */
const pieces = [
  'second line',
  'c "quoted"',
  'c \\"quoted',
  'c%20%22quoted',
  Buffer.from('quoted" d/e+f').toString('base64').slice(4, 12),
  Buffer.from(secret).toString('base64').slice(4, 16),
  Buffer.from(`me:${secret}`).toString('base64').slice(8, 20),
];

async function writtenIn(folder: string): Promise<string> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const texts = entries
    .filter((entry) => entry.isFile())
    .map((entry) => readFile(join(entry.parentPath, entry.name), 'latin1'));
  return (await Promise.all(texts)).join('\n');
}

beforeAll(async () => {
  await writeFile(join(directory, 'stage.mjs'), stage);
  await writeFile(join(directory, 'secrets.yaml'), pipeline);
});

test('no byte that is written or printed tells a secret, in whatever form a stage said it', async () => {
  const printed: string[] = [];
  const run = async (...arguments_: string[]) => {
    const { stdout, stderr, code } = await pipe(arguments_, { directory, environment });
    printed.push(stdout, stderr);
    return { code, all: stdout + stderr };
  };
  expect((await run('run', 'secrets.yaml')).all).toContain('careful: ***');
  expect((await run('run', 'secrets.yaml', '--json')).code).toBe(0);
  const sentence = await run('run', 'secrets.yaml', '--set', 'stages.module.with.fails=sentence');
  expect([sentence.code, sentence.all]).toEqual([1, expect.stringContaining('no ***')]);
  const bug = await run('run', 'secrets.yaml', '--set', 'stages.module.with.fails=bug');
  expect([bug.code, bug.all]).toEqual([1, expect.stringContaining('bug ***')]);
  const command = await run('run', 'secrets.yaml', '--set', 'stages.command.with.command=echo "$API_TOKEN"; exit 3');
  expect([command.code, command.all]).toEqual([1, expect.stringContaining('***')]);
  for (const what of [
    ['show', 'module'],
    ['show', 'module', '--json'],
    ['explain', 'secrets.yaml', 'command'],
    ['runs', '--json'],
    ['report'],
    ['plan', 'secrets.yaml', '--json'],
  ])
    await run(...what);
  const said = `${printed.join('\n')}\n${await writtenIn(directory)}`;
  expect(said).toContain('https://example.org');
  expect(said).toContain('***');
  for (const piece of pieces) expect(said.includes(piece), piece).toBe(false);
});

test('a secret is not part of the key; a variable that is passed is', async () => {
  const ran = async (changed: object) => {
    const outcome = await pipe(['run', 'secrets.yaml', '--target', 'command', '--json'], {
      directory,
      environment: { ...environment, ...changed },
    });
    return (JSON.parse(outcome.stdout) as { ran: number }).ran;
  };
  expect(await ran({})).toBe(0);
  expect(await ran({ API_TOKEN: 'quite another token' })).toBe(0);
  expect(await ran({ API_ENDPOINT: 'https://example.com' })).toBe(1);
});

test.each([
  ['too short', { API_TOKEN: 'abc' }, [], 'command: the secret API_TOKEN has only 3 characters'],
  [
    'in the settings',
    { API_TOKEN: 'a-long-token' },
    ['--set', 'stages.command.with.command=curl -u a-long-token example.org > said.txt'],
    'command: `with.command` contains the value of the secret API_TOKEN',
  ],
])('a secret that is %s is a problem, for a plan as for a run', async (_, changed, options, message) => {
  for (const what of ['plan', 'run']) {
    const { code, stderr } = await pipe([what, 'secrets.yaml', '--force', 'command', ...options], {
      directory,
      environment: { ...environment, ...changed },
    });
    expect([code, stderr]).toEqual([2, expect.stringContaining(message)]);
  }
});
