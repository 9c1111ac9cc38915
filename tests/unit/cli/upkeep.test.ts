import {
  chmod,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  realpath,
  rm,
  stat,
  symlink,
  utimes,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { whyUntraceable } from '../../../src/workers/file-trace.ts';
import { typed } from '../../support/typed.ts';

const pipeline = `name: words
params: { word: abc }
stages:
  write:
    uses: shell
    with: { command: "printf '\${params.word}' > word.txt", outputs: { word: word.txt } }
  count:
    uses: shell
    needs: { word: write }
    with: { command: "wc -c < word.txt | tr -d ' ' > count.txt; mkdir twice; cp word.txt twice", inputs: { word: word.txt }, outputs: { count: count.txt, twice: twice/ } }
`;

let directory: string;
let firstRun: string;

interface Result {
  readonly key: string;
  readonly state: string;
  readonly outputs: Readonly<Record<string, { readonly path: string; readonly digest: string }>>;
}

const pipe = (...words: readonly string[]) => typed(words, { directory });

/** What a command prints with `--json`; it must succeed. */
async function json(...words: readonly string[]) {
  const { code, stdout, stderr } = await pipe(...words, '--json');
  expect(code, stderr).toBe(0);
  return JSON.parse(stdout);
}

const stagesOf = ({ stages }: { stages: readonly (Result & { id: string })[] }): Readonly<Record<string, Result>> =>
  Object.fromEntries(stages.map((stage) => [stage.id, stage]));

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'pipe-upkeep-'));
  await writeFile(join(directory, 'words.yaml'), pipeline);
  firstRun = (await json('run', 'words.yaml')).run;
});

afterAll(() => rm(directory, { recursive: true, force: true }));

describe('pipe explain', () => {
  test('says why by field, of the pipeline that is named', async () => {
    const { stdout } = await pipe('explain', 'words.yaml', 'write', '--set', 'params.word=xyz');
    const of = /, [0-9a-f]{12} of \d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC:/u;
    expect(stdout.replace(of, ':')).toMatchInlineSnapshot(`
      "write would run
        since its nearest result:
        with.command: "printf 'abc' > word.txt" -> "printf 'xyz' > word.txt"
      "
    `);
  });

  test('without a pipeline, is about the last run and its settings', async () => {
    const { write } = stagesOf(await json('run', 'words.yaml', '--set', 'params.word=second'));
    const [explained] = (await json('explain', 'write', '--set', 'stages.write.retries=1')).stages;
    expect(explained).toMatchObject({ state: 'hit', key: write!.key });
    expect((await pipe('explain', 'count')).stdout).toMatch(
      /^count would be reused\n {2}cached as [0-9a-f]{12}\n {2}made in run \d{8}-\d{6}(-\d+)?, /u,
    );
    expect(await json('explain', 'write', '--set', 'params.word=third')).toEqual({
      pipeline: 'words',
      stages: [
        {
          id: 'write',
          uses: 'shell',
          state: 'miss',
          key: expect.stringMatching(/^[0-9a-f]{64}$/u),
          reason: {
            kind: 'changed',
            against: expect.objectContaining({ stage: 'write', pipeline: 'words' }),
            changes: [
              {
                field: 'with.command',
                before: expect.stringMatching(/^"printf '(second|abc)' > word\.txt"$/u),
                after: `"printf 'third' > word.txt"`,
              },
            ],
          },
        },
      ],
    });
  });

  test('of a stage that is missing, guesses', async () => {
    const { code, stderr } = await pipe('explain', 'words.yaml', 'wirte');
    expect({ code, stderr }).toMatchInlineSnapshot(`
      {
        "code": 2,
        "stderr": "wirte  There is no stage "wirte".
      ~~~~~
          hint: did you mean "write"?
      ",
      }
    `);
  });
});

describe('pipe runs and pipe show', () => {
  test('list the runs, and show one', async () => {
    const { runs } = await json('runs');
    expect(runs.at(-1)).toMatchObject({ id: firstRun, outcome: 'done', ran: 2, hits: 0, failed: 0, skipped: 0 });
    expect((await json('runs', '--limit', '1')).runs).toHaveLength(1);
    expect((await pipe('runs')).stdout).toContain(`\n${firstRun}  `);
    const { stdout } = await pipe('show', firstRun);
    expect(stdout).toContain(`run ${firstRun}, started `);
    expect(stdout).toContain('pipe run words.yaml\n');
    expect(stdout).toMatch(/\ndone in [\d.]+s: 2 ran, 0 reused\n$/u);
    expect((await json('show', firstRun)).events.map(({ type }: { type: string }) => type)).toEqual([
      'run-started',
      'stage-started',
      'stage-finished',
      'stage-started',
      'stage-finished',
      'run-finished',
    ]);
  });

  test('show a stage and a key: what made it, where it is, what it was before', async () => {
    const { write } = stagesOf(await json('run', 'words.yaml'));
    const shown = await json('show', write!.key.slice(0, 10));
    expect(shown).toMatchObject({
      key: write!.key,
      outputs: { word: { path: write!.outputs['word']!.path } },
      provenance: { stage: 'write', pipeline: 'words', run: firstRun },
    });
    expect(shown.before).toHaveLength(1);
    const { stdout } = await pipe('show', 'count');
    for (const text of ['stage   count, of kind shell', '\noutputs\n  count  ', '\nkey material\n', '\nbefore\n']) {
      expect(stdout).toContain(text);
    }
  });

  test('say what there is where a name means nothing', async () => {
    expect((await pipe('show', 'cuont')).stderr).toContain('hint: did you mean "count"?');
    expect((await pipe('show', '?')).stderr).toContain('pipe runs lists the runs');
  });
});

describe('pipe export', () => {
  test('copies a file and a folder, of the pipeline named or of the last run', async () => {
    await json('run', 'words.yaml');
    const { exported } = await json('export', 'words.yaml', 'count.count', 'out');
    expect(exported).toEqual([expect.objectContaining({ stage: 'count', path: join(directory, 'out/count.txt') })]);
    expect(await readFile(join(directory, 'out/count.txt'), 'utf8')).toBe('3\n');
    expect((await pipe('export', 'count.twice', 'out')).stdout).toBe(`${join(directory, 'out/twice')}  3 B\n`);
    expect(await readFile(join(directory, 'out/twice/word.txt'), 'utf8')).toBe('abc');
    await writeFile(join(directory, 'out/count.txt'), 'changed');
    expect((await pipe('verify')).code).toBe(0);
  });

  test('of a sweep, every variant into its own folder', async () => {
    await json('run', 'words.yaml', '--sweep', 'params.word=abc,abcde');
    expect((await json('export', 'write', 'swept')).exported).toHaveLength(2);
    expect((await readdir(join(directory, 'swept'))).sort()).toEqual(['write{word=abcde}', 'write{word=abc}']);
    const one = await json('export', 'write{word=abcde}.word', 'one');
    expect(await readFile(one.exported[0].path, 'utf8')).toBe('abcde');
  });

  test('says what is wrong: no such output, several, no result yet', async () => {
    const texts = [
      await pipe('export', 'words.yaml', 'count.cuont', 'x'),
      await pipe('export', 'words.yaml', 'count', 'x'),
      await pipe('export', 'words.yaml', 'write', 'x', '--set', 'params.word=unheard'),
    ].map(({ code, stderr }) => `${code}\n${stderr}`);
    expect(texts.join('\n')).toMatchInlineSnapshot(`
      "2
      count.cuont  count has no output "cuont".
      ~~~~~~~~~~~
          hint: did you mean "count"?

      2
      count  count has several outputs.
      ~~~~~
          hint: its outputs are: count, twice

      1
      error: The store has no complete result of write to export.
      hint: pipe run words.yaml --target write computes it, if the settings are the same
      "
    `);
  });
});

describe('pipe verify', () => {
  test('names what is damaged and exits 1; repairs; the next run makes it again', async () => {
    const { write } = stagesOf(await json('run', 'words.yaml'));
    const { path, digest } = write!.outputs['word']!;
    await chmod(path, 0o644);
    await writeFile(path, 'abd');
    const found = await pipe('verify', '--json');
    expect(found.code).toBe(1);
    expect(JSON.parse(found.stdout)).toMatchObject({
      repaired: false,
      damagedObjects: [{ digest, damage: 'damaged' }],
    });
    expect((await pipe('verify')).stdout).toContain(
      `damaged: ${path}\n  is word of shell, key ${write!.key.slice(0, 12)}`,
    );
    expect(await json('verify', '--repair')).toMatchObject({ repaired: true });
    expect((await pipe('verify')).stdout).toMatch(/^\d+ results, \d+ objects, \d+ B: all intact\n$/u);
    const { stages } = await json('run', 'words.yaml', '--target', 'write');
    expect(stages[0]).toMatchObject({ id: 'write', state: 'ran', outputs: { word: { digest } } });
  });
});

describe('pipe verify --rerun', () => {
  const moody = `name: moody
stages:
  steady:
    uses: shell
    with: { command: "cat declared.txt > out.txt", files: [declared.txt], outputs: { out: out.txt } }
  moody:
    uses: shell
    needs: { out: steady }
    with:
      command: "cat $SECRET/secret.txt > same.txt; mkdir d; cp out.txt d/out.txt; date +%s%N > d/time.txt"
      inputs: { out: out.txt }
      outputs: { same: same.txt, d: d/ }
      environment: { SECRET: DIRECTORY }
`;

  beforeAll(async () => {
    await writeFile(join(directory, 'moody.yaml'), moody.replace('DIRECTORY', directory));
    await writeFile(join(directory, 'declared.txt'), 'declared\n');
    await writeFile(join(directory, 'secret.txt'), 'secret\n');
    await json('run', 'moody.yaml', '--artifacts', 'moody');
  });

  const rerun = (stage: string, ...words: readonly string[]) =>
    pipe('verify', 'moody.yaml', '--rerun', stage, '--artifacts', 'moody', ...words);

  test('of a stage that gives the same bytes, says so', async () => {
    const { code, stdout, stderr } = await rerun('steady');
    expect(code, stderr).toBe(0);
    expect(stdout).toMatch(
      /^steady: identical \(key [0-9a-f]{12}; took .*\)\n {2}out {2}identical {2}sha256 [0-9a-f]{12}\n/u,
    );
  });

  test('of one that does not, names the outputs and files, exits 1, and keeps what is stored', async () => {
    const { code, stdout } = await rerun('moody', '--json');
    expect(code).toBe(1);
    const [stage] = JSON.parse(stdout).stages;
    expect(stage).toMatchObject({
      stage: 'moody',
      identical: false,
      outputs: {
        same: { identical: true },
        d: { identical: false, files: [{ path: 'time.txt', difference: 'changed' }] },
      },
    });
    expect((await rerun('moody')).stdout).toContain('time.txt\n      20 bytes, the first difference at byte ');
    expect((await json('run', 'moody.yaml', '--artifacts', 'moody')).ran).toBe(0);
    expect((await readdir(join(directory, 'moody', 'tmp'))).length).toBe(0);
  });

  test('names a file that the stage opened without declaring it; or says that the system does not show it', async () => {
    const seen = (await whyUntraceable(process.env)) === undefined;
    const { stdout } = await rerun('moody');
    if (seen)
      expect(stdout).toContain(`opened ${join(await realpath(directory), 'secret.txt')}, which it does not declare`);
    expect((await rerun('steady')).stdout).toContain(seen ? 'opened only files' : 'are unknown: strace');
    await mkdir(join(directory, 'bin'));
    await symlink('/bin/cat', join(directory, 'bin/cat'));
    const blind = await typed(['verify', 'moody.yaml', '--rerun', 'steady', '--artifacts', 'moody'], {
      directory,
      environment: { PATH: join(directory, 'bin') },
    });
    expect(blind.stdout).toContain('the files that it opened are unknown: strace, which shows them, is not installed');
  });

  test('does not go together with --repair, nor a pipeline without it', async () => {
    const texts = [await rerun('steady', '--repair'), await pipe('verify', 'words.yaml')].map(
      ({ code, stderr }) => `${code}\n${stderr}`,
    );
    expect(texts.join('\n')).toMatchInlineSnapshot(`
      "2
      verify moody.yaml --rerun steady --artifacts moody --repair  --rerun and --repair cannot be combined: --rerun changes nothing, --repair removes data.
      ~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~
          hint: first repair, then run the pipeline, then use --rerun

      2
      verify words.yaml  Without --rerun, the whole store is checked, so a pipeline has no effect.
      ~~~~~~~~~~~~~~~~~
          hint: omit the pipeline and its settings, or add --rerun STAGE
      "
    `);
  });
});

describe('pipe gc', () => {
  /** Makes all that is kept look unused for two days. */
  async function age(): Promise<void> {
    const then = new Date(Date.now() - 2 * 86_400_000);
    const entries = await readdir(join(directory, 'artifacts', 'records'), { recursive: true });
    await Promise.all(entries.map((entry) => utimes(join(directory, 'artifacts', 'records', entry), then, then)));
  }

  const records = async () =>
    (await readdir(join(directory, 'artifacts', 'records'), { recursive: true })).filter((name) =>
      name.endsWith('.json'),
    ).length;

  test('says first what would go, keeps what a pipeline refers to, and removes only when told to', async () => {
    await json('run', 'words.yaml', '--sweep', 'params.word=abc,one,two');
    const before = await records();
    await age();
    const dry = await pipe('gc', 'words.yaml', '--sweep', 'params.word=abc,one');
    expect(dry.stdout).toMatch(/\n\d+ items would be removed, .* freed, .* kept; add --yes to remove them\n$/u);
    expect(await records()).toBe(before);
    const collected = await json('gc', 'words.yaml', '--sweep', 'params.word=abc,one', '--yes');
    expect(collected).toMatchObject({ removed: true });
    expect(await records()).toBe(4);
    expect((await json('run', 'words.yaml', '--sweep', 'params.word=abc,one,two')).ran).toBe(2);
  });

  test('--older-than and --max-size bound what goes; without either, so does the usual limit', async () => {
    await json('run', 'words.yaml');
    const before = await records();
    expect(await json('gc', '--older-than', '1d', '--yes')).toMatchObject({ items: [] });
    expect(await json('gc', '--yes')).toMatchObject({ items: [] });
    expect(await records()).toBe(before);
    await age();
    const { stdout, stderr } = await pipe('gc', '--max-size', '0B', '--yes');
    expect(stdout).toMatch(/items removed, .* freed, .* kept\n$/u);
    expect(stderr).toMatch(/^kept: the last run, \d{8}-\d{6}(-\d+)?, and its results\n$/u);
    expect(await records()).toBe(2);
    expect((await json('runs')).runs).toHaveLength(1);
  });

  test('a run keeps the store below its limit, and all that is its own', async () => {
    await json('run', 'words.yaml', '--set', 'params.word=old');
    await age();
    const { stdout } = await pipe('run', 'words.yaml', '--set', 'params.word=new', '--max-size', '1B');
    expect(stdout).toMatch(/\d+ items removed, .* freed, .* kept\n$/u);
    expect(await records()).toBe(2);
    expect((await json('run', 'words.yaml', '--set', 'params.word=new')).ran).toBe(0);
  });
});

describe('pipe run --frozen', () => {
  test('on a cold store exits 1, names what would run and writes nothing; on a warm one exits 0', async () => {
    const cold = await pipe('run', 'words.yaml', '--frozen', '--json', '--artifacts', 'cold');
    expect(cold.code).toBe(1);
    expect(cold.stderr).toContain('frozen, but these stages would have to run: write, count\n');
    expect(JSON.parse(cold.stdout)).toMatchObject({ hits: 0, ran: 0, failed: 0, skipped: 2 });
    await expect(stat(join(directory, 'cold'))).rejects.toThrow('ENOENT');
    await json('run', 'words.yaml');
    const runs = (await json('runs')).runs.length;
    expect(await json('run', 'words.yaml', '--frozen')).toMatchObject({ hits: 2, ran: 0 });
    expect((await json('runs')).runs).toHaveLength(runs);
  });
});

describe('pipe run --json', () => {
  test('prints one object, of a run that fails, too; what people read goes to standard error', async () => {
    const text = pipeline.replace("wc -c < word.txt | tr -d ' ' >", 'exit 3;');
    await writeFile(join(directory, 'failing.yaml'), text);
    const { code, stdout, stderr } = await pipe('run', 'failing.yaml', '--json', '--artifacts', 'failing');
    expect(code).toBe(1);
    expect(JSON.parse(stdout)).toEqual({
      pipeline: 'words',
      run: expect.any(String),
      outcome: 'failed',
      seconds: expect.any(Number),
      hits: 0,
      ran: 1,
      failed: 1,
      skipped: 0,
      stages: [
        {
          id: 'write',
          uses: 'shell',
          key: expect.stringMatching(/^[0-9a-f]{64}$/u),
          state: 'ran',
          because: null,
          seconds: expect.any(Number),
          outputs: {
            word: {
              digest: 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad',
              bytes: 3,
              path: expect.stringContaining(join(directory, 'failing', 'objects')),
            },
          },
          metrics: expect.any(Object),
          variants: [{}],
        },
        expect.objectContaining({ id: 'count', state: 'failed', outputs: {}, because: expect.any(String) }),
      ],
    });
    expect(stderr).toContain('error: count: ');
    expect(stderr).toContain('failed in ');
  });
});
