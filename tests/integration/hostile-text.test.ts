import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { runProgram } from '../../src/cli/program.ts';

/** Text that would set a title, clear the screen, ring, return the cursor, color, reverse the writing, end a line of a log. */
const hostile = '\u001b]0;owned\u0007\u001b[2J\r\u001b[35m\u009b31m\u202e\u2066\b';
/** The same as YAML and JavaScript may write it. */
const escaped = '\\x1b]0;owned\\x07\\x1b[2J\\r\\x1b[35m\\u009b31m\\u202e\\u2066\\b';
/** Control characters except line breaks and tabs, and characters that change the writing direction. */
const steering = /(?![\n\t])[\p{Cc}\p{Bidi_Control}\u2028\u2029]/u;

let directory: string;
/** What `show --json` prints of the first result of the module. */
let firstJson: string;
/** Everything that a command writes to standard output and standard error. */
async function said(
  arguments_: readonly string[],
  terminal = false,
): Promise<{ code: number; out: string; err: string }> {
  const texts: [string, string] = ['', ''];
  const streams = [0, 1].map((at) => {
    const stream = new PassThrough();
    stream.setEncoding('utf8').on('data', (text: string) => {
      texts[at as 0 | 1] += text;
    });
    return Object.assign(
      stream as unknown as NodeJS.WriteStream,
      terminal ? { isTTY: true, columns: 200, rows: 50 } : {},
    );
  });
  const code = await runProgram({
    arguments: arguments_,
    environment: {
      ...process.env,
      CIFAR10_DIR: undefined,
      CI: undefined,
      NO_COLOR: undefined,
      TERM: 'xterm',
      HOSTILE: hostile,
    },
    directory,
    stdout: streams[0]!,
    stderr: streams[1]!,
    stdin: () => new PassThrough() as unknown as NodeJS.ReadStream,
  });
  return { code, out: texts[0], err: texts[1] };
}

const pipeline = `name: "hostile ${escaped}\\nsecond: done"
params: { word: "${escaped}", times: 1 }
stages:
  words:
    uses: shell
    with:
      command: |
        printf '%s' "$HOSTILE" > "stray$HOSTILE"
        printf '%s' "$WORD" > out.txt
        printf '\\000%s\\n' "$HOSTILE" >&2
      files: ["input/*"]
      pass: [HOSTILE]
      environment: { WORD: "\${params.word}" }
      outputs: { text: out.txt }
  own:
    uses: "./own ${escaped}.mjs"
    needs: { text: words }
    with: { word: "\${params.word}", times: "\${params.times}" }
  fails:
    uses: shell
    needs: { text: own.text }
    with:
      command: |
        printf '\\000%s\\n' "$HOSTILE" >&2
        exit 3
      pass: [HOSTILE]
      inputs: { text: in.txt }
      outputs: { text: out.txt }
`;

const module_ = `import { writeFile } from 'node:fs/promises';
export default {
  summary: 'Says ${escaped}.',
  schema: { type: 'object', properties: { word: { type: 'string' }, times: { type: 'integer' } } },
  inputs: { text: { summary: '${escaped}' } },
  outputs: { text: { file: 'text.json', summary: '${escaped}' } },
  async run({ config, outputs, report, warn }) {
    report({ label: config.word + '\\n', done: 1, total: 2, unit: config.word, metrics: { [config.word]: 1 } });
    warn(config.word);
    console.log(config.word);
    console.error(config.word);
    await writeFile(outputs.text, JSON.stringify({ cleanAccuracy: config.word }));
    return { metrics: { cleanAccuracy: 0.5, images: config.word, byCorruption: { [config.word]: 0.5 }, [config.word]: config.word }, provenance: { [config.word]: config.word } };
  },
};
`;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'pipe-hostile-'));
  await writeFile(join(directory, 'pipeline.yaml'), pipeline);
  await writeFile(join(directory, `own ${hostile}.mjs`), module_);
  await mkdir(join(directory, 'input'));
  await writeFile(join(directory, 'input/a.txt'), hostile);
  await writeFile(join(directory, `input${hostile}.txt`), hostile);
  await writeFile(
    join(directory, `wrong${hostile}.yaml`),
    `name: "${escaped}"\nstages: { "${escaped}": { uses: "${escaped}" } }\n`,
  );
  const first = await said(['run', 'pipeline.yaml', '--keep-going']);
  expect(first.code, first.err).toBe(1);
  expect(first.out + first.err).not.toMatch(steering);
  firstJson = (await said(['show', 'own', '--json'])).out;
  // The foreign text is there, and can be recognized.
  for (const word of ['␛]0;owned␇␛[2J', 'stray', 'fails', '␀']) expect(first.out + first.err).toContain(word);
  expect(first.out).not.toMatch(/^second: done/mu);
}, 120_000);

afterAll(() => rm(directory, { recursive: true, force: true }));

const sweep = ['--sweep', `params.word="${escaped}","x"`];

const asked: readonly (readonly string[])[] = [
  ['run', 'pipeline.yaml', '--keep-going'],
  ['run', 'pipeline.yaml', '--frozen'],
  ['run', 'pipeline.yaml', '--keep-going', ...sweep],
  ['run', 'pipeline.yaml', '--set', `params.word=${hostile}`],
  ['plan', 'pipeline.yaml'],
  ['plan', 'pipeline.yaml', '--set', `params.word="other ${escaped}"`],
  ['plan', 'pipeline.yaml', ...sweep],
  ['explain', 'pipeline.yaml', 'own', '--set', `params.word="other ${escaped}"`],
  ['explain', 'fails'],
  ['compare', 'pipeline.yaml', ...sweep, '--against', 'own'],
  ['export', 'pipeline.yaml', 'own.text', `exported${hostile}`],
  ['runs'],
  ['show', 'own'],
  ['show', 'words'],
  ['report'],
  ['verify'],
  ['verify', '--rerun', 'own'],
  ['gc', '--older-than', '0s'],
];

/** Each with a name that can be printed. */
function named(lists: readonly (readonly string[])[]): [string, readonly string[]][] {
  return lists.map((words) => [
    words.map((word) => word.replace(hostile, 'HOSTILE').replace(escaped, 'HOSTILE')).join(' '),
    words,
  ]);
}

const wrong: readonly (readonly string[])[] = [
  ['run', `wrong${hostile}.yaml`],
  ['run', `absent${hostile}.yaml`],
  ['run', 'pipeline.yaml', '--overlay', `wrong${hostile}.yaml`],
  ['run', 'pipeline.yaml', '--set', `params.${hostile}=1`],
  ['run', 'pipeline.yaml', '--sweep', `${hostile}=1`],
  ['run', 'pipeline.yaml', '--set', 'stages.words.with.files=["*"]'],
  ['run', 'pipeline.yaml', '--target', hostile],
  ['run', 'pipeline.yaml', '--force', hostile],
  ['run', 'pipeline.yaml', '--continue', hostile],
  ['run', 'pipeline.yaml', '--jobs', hostile],
  ['run', 'pipeline.yaml', '--max-size', hostile],
  ['run', 'pipeline.yaml', '--backend', hostile],
  ['run', 'pipeline.yaml', '--artifacts', `pipeline.yaml/${hostile}`],
  ['run', 'pipeline.yaml', `--${hostile}`],
  ['run', 'pipeline.yaml', hostile],
  ['explain', 'pipeline.yaml', hostile],
  ['compare', 'pipeline.yaml', '--against', hostile],
  ['compare', 'pipeline.yaml', ...sweep, '--against', 'own', '--over', hostile],
  ['export', 'pipeline.yaml', hostile, 'x'],
  ['export', 'pipeline.yaml', `own.${hostile}`, 'x'],
  ['export', 'pipeline.yaml', 'own.text', `pipeline.yaml/${hostile}`],
  ['runs', '--limit', hostile],
  ['runs', '--artifacts', hostile],
  ['show', hostile],
  ['report', hostile],
  ['report', '--against', hostile],
  ['report', '--output', `pipeline.yaml/${hostile}`],
  ['verify', '--rerun', hostile],
  ['gc', hostile],
  ['gc', '--older-than', hostile],
  ['setup', hostile],
  ['doctor', hostile],
  [hostile],
  ['help', hostile],
];

describe('no command lets text steer a terminal', () => {
  test.each(named(asked))(
    '%s',
    async (_, words) => {
      for (const arguments_ of [words, [...words, '--json']]) {
        const { out, err } = await said(arguments_);
        expect(out + err).not.toMatch(steering);
        expect(err).not.toContain('this is a bug');
        if (arguments_ !== words && out !== '') expect(() => JSON.parse(out)).not.toThrow();
      }
    },
    60_000,
  );

  test.each(named(wrong))(
    'what is wrong: %s',
    async (_, words) => {
      const { code, out, err } = await said(words);
      expect(code).not.toBe(0);
      expect(err).not.toBe('');
      expect(out + err).not.toMatch(steering);
      expect(err).not.toContain('this is a bug');
    },
    60_000,
  );

  test('a run that failed is shown, by its name', async () => {
    const { out } = await said(['runs', '--json']);
    const [{ id }] = (JSON.parse(out) as { runs: { id: string }[] }).runs as [{ id: string }];
    const shownRun = await said(['show', id]);
    expect(shownRun.code, shownRun.err).toBe(0);
    expect(shownRun.out).not.toMatch(steering);
  });

  test('JSON carries the text as it is', () => {
    expect((JSON.parse(firstJson) as { metrics: { images: string } }).metrics.images).toBe(hostile);
  });

  test('a page has no such character', async () => {
    expect((await said(['report', '--output', 'page.html'])).code).toBe(0);
    const page = await readFile(join(directory, 'page.html'), 'utf8');
    expect(page).toContain('␛]0;owned␇');
    expect(page).not.toMatch(steering);
  });

  test('on a terminal, what is drawn is colored and moved by pipe alone', async () => {
    for (const arguments_ of [
      ['run', 'pipeline.yaml', '--keep-going', '--force', 'own'],
      ['verify'],
      ['doctor', hostile],
      ['plan', `wrong${hostile}.yaml`],
    ]) {
      const { out, err } = await said(arguments_, true);
      for (const foreign of [
        '\u001b]0;',
        '\u001b[35m',
        '\u0007',
        '\u009b',
        '\u202e',
        '\u2066',
        '\b',
        '\r\u001b[35m',
        '\0',
      ]) {
        expect(out + err, JSON.stringify(foreign)).not.toContain(foreign);
      }
    }
  }, 60_000);
});
