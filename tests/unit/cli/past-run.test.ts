import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { temporaryDirectory } from '../../support/temporary.ts';
import { typed } from '../../support/typed.ts';

const pipeline = `name: words
params: { word: abc }
stages:
  write:
    uses: shell
    with: { command: "printf \\"\${params.word} $PLACE\\" > word.txt", pass: [PLACE], outputs: { word: word.txt } }
  count:
    uses: shell
    needs: { word: write }
    with: { command: "wc -c < word.txt > count.txt", inputs: { word: word.txt }, outputs: { count: count.txt } }
`;

const directory = temporaryDirectory();
const away = { PLACE: 'away' };
const home = { PLACE: undefined };

const pipe = (words: readonly string[], environment: Readonly<Record<string, string | undefined>> = home) =>
  typed(words, { directory, environment });

async function json(words: readonly string[], environment = home as Readonly<Record<string, string | undefined>>) {
  const { code, stdout, stderr } = await pipe([...words, '--json'], environment);
  expect(code, stderr).toBe(0);
  return JSON.parse(stdout);
}

const exported = (name: string) => readFile(join(directory, name, 'word.txt'), 'utf8');

let runs: readonly string[];

beforeAll(async () => {
  await writeFile(join(directory, 'words.yaml'), pipeline);
  const sweep = ['--sweep', 'params.word=one,two'];
  runs = [
    (await json(['run', 'words.yaml'])).run,
    (await json(['run', 'words.yaml', ...sweep])).run,
    (await json(['run', 'words.yaml', '--set', 'params.word=last'], away)).run,
  ];
});

describe('the last run is the last run', () => {
  test('an export is what it came to, whatever is set around the export', async () => {
    expect((await pipe(['export', 'write', 'out'])).code).toBe(0);
    expect(await exported('out')).toBe('last away');
    await writeFile(join(directory, 'words.yaml'), 'name: gone\nstages: {}\n');
    expect((await pipe(['export', 'write', 'later'])).code).toBe(0);
    expect(await exported('later')).toBe('last away');
    await writeFile(join(directory, 'words.yaml'), pipeline);
  });

  test('an explanation is with what it saw outside, and says so', async () => {
    const { stdout, stderr } = await pipe(['explain', 'write']);
    expect(stdout).toMatch(/^write would be reused/u);
    expect(stderr).toBe(`PLACE is taken as in run ${runs[2]}: away\n`);
    expect((await pipe(['explain', 'words.yaml', 'write', '--set', 'params.word=last'])).stdout).toMatch(
      /^write would run/u,
    );
  });

  test('with other settings, too, it is with what it saw outside', async () => {
    const { stdout } = await pipe(['explain', 'write', '--set', 'params.word=other']);
    expect(stdout).not.toContain('facts.');
    expect(stdout).toContain('other');
  });

  test('gc without a pipeline keeps its results', async () => {
    const { items } = await json(['gc', '--older-than', '0s']);
    expect(items.filter(({ kind }: { kind: string }) => kind === 'record')).toHaveLength(6);
    const { stages } = await json(['run', 'words.yaml', '--set', 'params.word=last', '--frozen'], away);
    const names = items.map(({ name }: { name: string }) => name);
    for (const { key } of stages) expect(names).not.toContain(key);
  });

  test('what it has no result of is refused, with the reason', async () => {
    const store = ['--artifacts', 'broken'];
    const failing = ['--set', 'stages.write.with.command="exit 3"'];
    expect((await pipe(['run', 'words.yaml', ...store, ...failing])).code).toBe(1);
    const { code, stderr } = await pipe(['export', 'count', 'out', ...store]);
    expect(code).toBe(1);
    expect(stderr).toMatch(/count has no result in run \d{8}-\d{6}: needs "write", which failed\./u);
  });

  test('of a run that was killed, as far as its events tell', async () => {
    const folder = join(directory, 'artifacts/runs/20200101-000000');
    await mkdir(folder);
    const events = await readFile(join(directory, `artifacts/runs/${runs[0]}/events.jsonl`), 'utf8');
    const [begun, started, finished] = events.split('\n');
    await writeFile(join(folder, 'events.jsonl'), `${begun}\n${started}\n${finished}\n`);
    const { started: at, request } = JSON.parse(
      await readFile(join(directory, `artifacts/runs/${runs[0]}/run.json`), 'utf8'),
    );
    await writeFile(join(folder, 'run.json'), JSON.stringify({ started: at, session: 'gone', request }));
    expect((await pipe(['export', '--run', '20200101-000000', 'write', 'killed'])).code).toBe(0);
    expect(await exported('killed')).toBe('abc ');
    expect((await pipe(['export', '--run', '20200101-000000', 'count', 'killed'])).stderr).toContain(
      'it did not start',
    );
  });
});

describe('names', () => {
  test.each([
    ['last', 'last away'],
    ['-1', 'last away'],
    ['-3', 'abc '],
  ])('%s is a run', async (name, text) => {
    expect((await pipe(['export', '--run', name, 'write', `run${name}`])).code).toBe(0);
    expect(await exported(`run${name}`)).toBe(text);
  });

  test('a variant of a sweep, by its values', async () => {
    expect((await pipe(['export', '--run', '-2', 'write{word=two}', 'two'])).code).toBe(0);
    expect(await exported('two')).toBe('two ');
    expect((await pipe(['export', '--run', '-2', 'write{params.word=one}.word', 'one'])).code).toBe(0);
    expect(await exported('one')).toBe('one ');
    expect((await pipe(['export', '--run', '-2', 'write{word=three}', 'three'])).stderr).toContain(
      `Run ${runs[1]} has no stage "write{word=three}".`,
    );
  });

  test('the beginning of a key', async () => {
    const { stages } = await json(['run', 'words.yaml', '--frozen']);
    const { key } = stages[0];
    expect((await pipe(['export', '--run', '-3', key.slice(0, 12), 'key'])).code).toBe(0);
    expect(await exported('key')).toBe('abc ');
    expect((await json(['show', key.slice(0, 12)])).key).toBe(key);
  });

  test('show takes runs and variants by the same names', async () => {
    expect((await json(['show', '-2'])).id).toBe(runs[1]);
    expect((await json(['show', 'last'])).id).toBe(runs[2]);
    expect((await json(['show', runs[0]!.slice(0, -1)]).catch(() => ({ id: 'several' }))).id).toBeDefined();
    expect((await pipe(['show', '-9'])).stderr).toContain('There is no run, stage or key "-9" here.');
  });
});
