import { existsSync, readdirSync } from 'node:fs';
import { chmod, copyFile, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { cifar10Archive } from '../../src/data/index.ts';
import { noiseBatch, writeCifar10 } from '../support/cifar10-files.ts';
import { pipe } from '../support/pipe.ts';
import { typed } from '../support/typed.ts';

const shipped = fileURLToPath(new URL('../../pipelines/consistency.yaml', import.meta.url));
const tiny = fileURLToPath(new URL('../fixtures/tiny.yaml', import.meta.url));

let directory: string;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'pipe-bad-input-'));
});

afterAll(() => rm(directory, { recursive: true, force: true }));

beforeEach(async () => {
  await copyFile(shipped, join(directory, 'pipeline.yaml'));
  await copyFile(tiny, join(directory, 'tiny.yaml'));
});

/** Changes the pipeline's text; fails where there is nothing to change. */
async function edit(from: string, to: string): Promise<void> {
  const path = join(directory, 'pipeline.yaml');
  const text = await readFile(path, 'utf8');
  expect(text).toContain(from);
  await writeFile(
    path,
    text.replace(from, () => to),
  );
}

/** As many bytes of nothing, a mebibyte at a time. */
function* zeros(bytes: number): Generator<Buffer> {
  for (let left = bytes; left > 0; left -= 2 ** 20) yield Buffer.alloc(Math.min(left, 2 ** 20));
}

/** Asks `plan` and `run`, which must refuse with the same words and write nothing; returns the words. */
async function refusal(
  code: number,
  options: readonly string[] = [],
  environment: Readonly<Record<string, string>> = {},
): Promise<string> {
  const before = readdirSync(directory, { recursive: true }).sort();
  const rest = ['pipeline.yaml', '--overlay', 'tiny.yaml', ...options];
  const [planned, run] = [
    await typed(['plan', ...rest], { directory, environment }),
    await typed(['run', ...rest, '--yes'], { directory, environment }),
  ];
  expect(planned.code, planned.stderr).toBe(code);
  expect(planned.stdout).toBe('');
  expect(run).toEqual(planned);
  expect(planned.stderr).not.toMatch(/\n\s+at /u);
  expect(readdirSync(directory, { recursive: true }).sort()).toEqual(before);
  expect(existsSync(join(directory, 'artifacts'))).toBe(false);
  return planned.stderr;
}

describe('what is wrong in the pipeline is shown where it was written', () => {
  test('wrong YAML', async () => {
    await edit('  epochs: 5\n', '  epochs: [5\n');
    expect(await refusal(2)).toMatchInlineSnapshot(`
      "pipeline.yaml:12:11  this bracket is never closed
          epochs: [5
                  ~
      "
    `);
  });

  test('an unknown key, a wrong type, an unknown kind and an unknown input, all at once', async () => {
    await edit('seed: 42', 'seed: forty-two');
    await edit('uses: train-student', 'uses: train-studnet');
    await edit('needs: { dataset: data, weights: teacher.weights, corrupted: corrupted }', 'needs: { datset: data }');
    await edit('otherwise: download', 'otherwize: download');
    expect(await refusal(2)).toMatchInlineSnapshot(`
      "pipeline.yaml:8:9  params.seed expects a whole number, got "forty-two" (used as stages.initial-weights.with.seed, stages.teacher.with.seed and 1 more)
          seed: forty-two
                ~~~~~~~~~

      pipeline.yaml:30:13  unknown key "otherwize" in stages.data.with
          with: { otherwize: download }
                  ~~~~~~~~~
          hint: did you mean "otherwise"?

      pipeline.yaml:61:11  unknown stage kind "train-studnet"
          uses: train-studnet
                ~~~~~~~~~~~~~
          hint: did you mean "train-student"?

      pipeline.yaml:83:5  stages.evaluate-teacher misses its input "dataset"
          needs: { datset: data }
          ~~~~~
          hint: add dataset: data.dataset to its needs

      pipeline.yaml:83:5  stages.evaluate-teacher misses its input "weights"
          needs: { datset: data }
          ~~~~~
          hint: weights: The weights to judge.

      pipeline.yaml:83:14  unknown input "datset" of stages.evaluate-teacher
          needs: { datset: data }
                   ~~~~~~
          hint: did you mean "dataset"?
      "
    `);
  });

  test('an input that is missing, and one from a stage that is not there', async () => {
    await edit('needs: { dataset: data, initial: initial-weights }', 'needs: { dataset: date }');
    expect(await refusal(2)).toMatchInlineSnapshot(`
      "pipeline.yaml:38:5  stages.teacher misses its input "initial"
          needs: { dataset: date }
          ~~~~~
          hint: initial: The weights to start from.

      pipeline.yaml:38:23  unknown stage "date"
          needs: { dataset: date }
                            ~~~~
          hint: did you mean "data"?
      "
    `);
  });

  test('a cycle', async () => {
    await edit(
      'needs: { dataset: data, initial: initial-weights }',
      'needs: { dataset: data, initial: student.weights }',
    );
    expect(await refusal(2)).toMatchInlineSnapshot(`
      "pipeline.yaml:38:38  stages need one another in a circle: teacher -> logits -> student -> teacher
          needs: { dataset: data, initial: student.weights }
                                           ~~~~~~~~~~~~~~~
          hint: take one of these needs away
      "
    `);
  });

  test('an unknown parameter', async () => {
    await edit('temperature: ${params.temperature}', 'temperature: ${params.temprature}');
    expect(await refusal(2)).toMatchInlineSnapshot(`
      "pipeline.yaml:15:3  params.temperature is used by no stage
          temperature: 10
          ~~~~~~~~~~~
          hint: remove it, or refer to it as \${params.temperature}

      pipeline.yaml:71:20  unknown parameter "params.temprature"
          temperature: \${params.temprature}
                       ~~~~~~~~~~~~~~~~~~~~
          hint: did you mean "params.temperature"?
      "
    `);
  });

  test('a number that is none', async () => {
    await edit('temperature: 10', 'temperature: .nan');
    expect(await refusal(2)).toMatchInlineSnapshot(`
      "pipeline.yaml:15:16  .nan is not a finite number
          temperature: .nan
                       ~~~~
          hint: write a number, or put the text in quotes
      "
    `);
  });
});

describe('what is wrong in an overlay or an option is shown there', () => {
  test('a value of an overlay, although the pipeline uses it', async () => {
    await writeFile(join(directory, 'over.yaml'), 'params:\n  temperature: hot\n');
    expect(await refusal(2, ['--overlay', 'over.yaml'])).toMatchInlineSnapshot(`
      "over.yaml:2:16  params.temperature expects a number, got "hot" (used as stages.student.with.temperature)
          temperature: hot
                       ~~~
      "
    `);
  });

  test('an overlay that touches nothing', async () => {
    await writeFile(join(directory, 'over.yaml'), 'stages:\n  studnet: null\nparams:\n  teacher: { optimiser: 1 }\n');
    expect(await refusal(2, ['--overlay', 'over.yaml'])).toMatchInlineSnapshot(`
      "over.yaml:2:3  nothing to delete: stages.studnet
          studnet: null
          ~~~~~~~
          hint: did you mean "student"?

      over.yaml:4:14  unknown parameter "params.teacher.optimiser"
          teacher: { optimiser: 1 }
                     ~~~~~~~~~
          hint: did you mean "params.teacher.optimizer"?
      "
    `);
  });

  test('an overlay that is not there', async () => {
    expect(await refusal(2, ['--overlay', 'nowhere.yaml'])).toMatchInlineSnapshot(`
      "--overlay nowhere.yaml  nowhere.yaml cannot be read: there is no such file
                ~~~~~~~~~~~~
      "
    `);
  });

  test('options', async () => {
    const wrong = ['--set', 'params.temperature=warm', '--set', 'params.epoch=3', '--sweep', 'params.batchSize=16,0'];
    expect(await refusal(2, wrong)).toMatchInlineSnapshot(`
      "--set params.temperature=warm  params.temperature expects a number, got "warm" (used as stages.student.with.temperature)
                               ~~~~

      --set params.epoch=3  unknown parameter "params.epoch"
            ~~~~~~~~~~~~
          hint: did you mean "params.epochs"?

      --sweep params.batchSize=16,0  params.batchSize must be at least 1, got 0 (used as stages.teacher.with.batchSize and stages.student.with.batchSize)
                                  ~
      "
    `);
  });

  test('stages that are not there', async () => {
    expect(await refusal(2, ['--target', 'tacher', '--force', 'x'])).toMatchInlineSnapshot(`
      "--target tacher  There is no stage "tacher".
               ~~~~~~
          hint: did you mean "teacher"?

      --force x  There is no stage "x".
              ~
          hint: the stages are: data, initial-weights, teacher, logits, student, corrupted, evaluate-teacher, evaluate-student
      "
    `);
  });
});

describe('what is wrong with the data is said before anything runs', () => {
  const images = (name: string) => join(directory, name, 'data_batch_1.bin');
  const wire = (text: string) => text.replaceAll(directory, 'DIR');

  async function folder(name: string): Promise<Readonly<Record<string, string>>> {
    writeCifar10(join(directory, name), 'binary', [noiseBatch(96, 1)], noiseBatch(32, 2));
    return { CIFAR10_DIR: join(directory, name) };
  }

  test('no folder', async () => {
    const text = await refusal(3, [], { CIFAR10_DIR: join(directory, 'nowhere') });
    expect(wire(text)).toMatchInlineSnapshot(`
      "error: There is no folder DIR/nowhere with CIFAR-10.
      hint: The binary format is data_batch_1.bin to data_batch_5.bin and test_batch.bin; the Python format is the same without .bin.
      "
    `);
  });

  test('a truncated file', async () => {
    const environment = await folder('truncated');
    await writeFile(images('truncated'), (await readFile(images('truncated'))).subarray(0, 10_000));
    expect(wire(await refusal(3, [], environment))).toMatchInlineSnapshot(`
      "error: DIR/truncated/data_batch_1.bin is cut short in record 3: it has 10000 bytes, which are 3 records of 3073 and 781 more.
      hint: The file is damaged or of another kind: make it, copy it or download it again.
      "
    `);
  });

  test('a wrong label byte', async () => {
    const environment = await folder('mislabelled');
    const bytes = await readFile(images('mislabelled'));
    bytes[3073 * 7] = 11;
    await writeFile(images('mislabelled'), bytes);
    expect(wire(await refusal(3, [], environment))).toMatchInlineSnapshot(`
      "error: DIR/mislabelled/data_batch_1.bin has the label 11 in record 7 (byte 21511), not one of 0 to 9.
      hint: The file is damaged or of another kind: make it, copy it or download it again.
      "
    `);
  });

  test('an archive whose checksum is wrong is refused before a stage runs, and goes', async () => {
    const server = createServer((_request, response) => {
      response.setHeader('content-length', cifar10Archive.bytes);
      Readable.from(zeros(cifar10Archive.bytes)).pipe(response);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const cache = join(directory, 'cache');
    await mkdir(cache);
    const source = [`otherwise=download`, `archive=http://127.0.0.1:${port}/cifar-10-binary.tar.gz`];
    const { code, stdout, stderr } = await typed(
      ['run', 'pipeline.yaml', '--overlay', 'tiny.yaml', '--target', 'data'].concat(
        source.flatMap((setting) => ['--set', `stages.data.with.${setting}`]),
      ),
      { directory, environment: { PIPE_CACHE_DIR: cache } },
    );
    server.close();
    expect(code, stderr).toBe(3);
    expect(stdout).toBe('');
    expect(stderr).toContain('error: Could not download');
    expect(stderr).toContain(`its sha256 is not ${cifar10Archive.sha256}`);
    expect(existsSync(join(directory, 'artifacts'))).toBe(false);
    expect(readdirSync(cache)).toEqual([]);
  });
});

describe('an artifacts directory that cannot be written', () => {
  test('a file in its place', async () => {
    const text = await refusal(3, ['--artifacts', 'pipeline.yaml']);
    expect(text.replaceAll(directory, 'DIR')).toMatchInlineSnapshot(`
      "error: The artifacts directory DIR/pipeline.yaml cannot be made: DIR/pipeline.yaml is not a directory.
      hint: Choose another place with --artifacts DIR.
      "
    `);
  });

  test.runIf(process.getuid?.() !== 0)(
    'a folder of somebody else (not as root, whom no permission bits bind)',
    async () => {
      const closed = join(directory, 'closed');
      await mkdir(closed);
      await chmod(closed, 0o555);
      expect(await refusal(3, ['--artifacts', 'closed/artifacts'])).toContain('cannot be written');
    },
  );
});

describe('the command itself', () => {
  const wrongUsage: readonly (readonly [string, readonly string[]])[] = [
    ['no command', []],
    ['an unknown command', ['rnu']],
    ['an unknown option', ['run', 'pipeline.yaml', '--artefacts', 'x']],
    ['a missing argument', ['run']],
    ['one argument too many', ['plan', 'pipeline.yaml', 'student']],
    ['a number that is none', ['run', 'pipeline.yaml', '--jobs', 'many']],
    ['a duration that is none', ['gc', '--older-than', '30']],
    ['a size that is none', ['gc', '--max-size', '20']],
    ['a pipeline that is not there', ['plan', 'nowhere.yaml']],
    ['a store that is not there', ['runs']],
    ['no last run', ['explain', 'student']],
  ];

  test.each(wrongUsage)(
    '%s: exit 2, a sentence on standard error, nothing on standard output',
    async (_what, words) => {
      const { code, stdout, stderr } = await typed(words, { directory });
      expect(code).toBe(2);
      expect(stdout).toBe('');
      expect(stderr).toMatchSnapshot();
    },
  );

  test('spawned: with --json, too, a problem is a sentence on standard error', async () => {
    await edit('epochs: 5', 'epochs: five');
    const { code, stdout, stderr } = await pipe(['plan', 'pipeline.yaml', '--json'], { directory });
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(/^pipeline\.yaml:\d+:\d+ {2}params\.epochs expects a whole number, got "five"/u);
  });
});
