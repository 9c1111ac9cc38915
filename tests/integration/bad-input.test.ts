import { existsSync, readdirSync } from 'node:fs';
import { chmod, copyFile, mkdir, mkdtemp, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { cifar10Archive, type Tensor, writeSafetensors } from '../../src/data/index.ts';
import { npyHead } from '../../src/data/npy/header.ts';
import { drawInitialWeights, resnet } from '../../src/nn/index.ts';
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

/** Changes the pipeline's text; fails if there is nothing to change. */
async function edit(from: string, to: string): Promise<void> {
  const path = join(directory, 'pipeline.yaml');
  const text = await readFile(path, 'utf8');
  expect(text).toContain(from);
  await writeFile(
    path,
    text.replace(from, () => to),
  );
}

/** This many zero bytes, one mebibyte at a time. */
function* zeros(bytes: number): Generator<Buffer> {
  for (let left = bytes; left > 0; left -= 2 ** 20) yield Buffer.alloc(Math.min(left, 2 ** 20));
}

/** Runs `plan` and `run`, which must fail with the same text and write nothing; returns the text. */
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

      pipeline.yaml:32:13  unknown key "otherwize" in stages.data.with
          with: { otherwize: download }
                  ~~~~~~~~~
          hint: did you mean "otherwise"?

      pipeline.yaml:64:11  unknown stage kind "train-studnet"
          uses: train-studnet
                ~~~~~~~~~~~~~
          hint: did you mean "train-student"?

      pipeline.yaml:87:5  stages.evaluate-teacher is missing its input "dataset"
          needs: { datset: data }
          ~~~~~
          hint: add dataset: data.dataset to its needs

      pipeline.yaml:87:5  stages.evaluate-teacher is missing its input "weights"
          needs: { datset: data }
          ~~~~~
          hint: weights: The weights to evaluate.

      pipeline.yaml:87:14  unknown input "datset" of stages.evaluate-teacher
          needs: { datset: data }
                   ~~~~~~
          hint: did you mean "dataset"?
      "
    `);
  });

  test('an input that is missing, and one from a stage that is missing', async () => {
    await edit('needs: { dataset: data, initial: initial-weights }', 'needs: { dataset: date }');
    expect(await refusal(2)).toMatchInlineSnapshot(`
      "pipeline.yaml:40:5  stages.teacher is missing its input "initial"
          needs: { dataset: date }
          ~~~~~
          hint: initial: The weights to start from.

      pipeline.yaml:40:23  unknown stage "date"
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
      "pipeline.yaml:40:38  stages depend on each other in a cycle: teacher -> logits -> student -> teacher
          needs: { dataset: data, initial: student.weights }
                                           ~~~~~~~~~~~~~~~
          hint: remove one of these needs
      "
    `);
  });

  test('an unknown parameter', async () => {
    await edit('temperature: ${params.temperature}', 'temperature: ${params.temprature}');
    expect(await refusal(2)).toMatchInlineSnapshot(`
      "pipeline.yaml:17:3  no stage uses params.temperature
          temperature: 10
          ~~~~~~~~~~~
          hint: remove it, or refer to it as \${params.temperature}

      pipeline.yaml:74:20  unknown parameter "params.temprature"
          temperature: \${params.temprature}
                       ~~~~~~~~~~~~~~~~~~~~
          hint: did you mean "params.temperature"?
      "
    `);
  });

  test('a number that is none', async () => {
    await edit('temperature: 10', 'temperature: .nan');
    expect(await refusal(2)).toMatchInlineSnapshot(`
      "pipeline.yaml:17:16  .nan is not a finite number
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

  test('an overlay that is missing', async () => {
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

describe('what cannot be trained with is said before anything trains', () => {
  test('a temperature of 0, and a magnitude above 10', async () => {
    await edit('temperature: 10', 'temperature: 0');
    await edit('magnitude: 9', 'magnitude: 11');
    expect(await refusal(2)).toMatchInlineSnapshot(`
      "pipeline.yaml:11:40  params.randAugment.magnitude must be at most 10, got 11 (used as stages.student.with.randAugment.magnitude)
          randAugment: { layers: 2, magnitude: 11 }
                                               ~~

      pipeline.yaml:17:16  params.temperature must be greater than 0, got 0 (used as stages.student.with.temperature)
          temperature: 0
                       ~
      "
    `);
  });

  test('averaging that starts after the last step of as many images as there are', async () => {
    expect(await refusal(2, ['--set', 'params.teacher.averaging.start=6'])).toMatchInlineSnapshot(`
      "--set params.teacher.averaging.start=6  params.teacher.averaging.start: averaging would start at step 6, after the last step (5) of 2 epochs (used as stages.teacher.with.averaging.start)
                                           ~
          hint: start at step 5 or before
      "
    `);
    expect(await refusal(2, ['--set', 'params.teacher.averaging={ kind: epoch, start: 2 }'])).toMatchInlineSnapshot(`
      "--set params.teacher.averaging={ kind: epoch, start: 2 }  params.teacher.averaging.start: averaging would start at epoch 2, after the last epoch (1) of 2 epochs (used as stages.teacher.with.averaging.start)
                                                           ~
          hint: start at epoch 1 or before
      "
    `);
  });

  test('more validation images than images', async () => {
    expect(await refusal(2, ['--set', 'params.validation.images=96'])).toMatchInlineSnapshot(`
      "--set params.validation.images=96  params.validation.images: 96 validation images leave none of the 96 training images to train on (used as stages.teacher.with.validation.images and stages.student.with.validation.images)
                                     ~~
          hint: at most 95
      "
    `);
  });

  test('weights of a network of other shapes', async () => {
    const narrow = 'stages.initial-weights.with.network={ kind: resnet, imageSize: 16, channels: [4, 6] }';
    expect(await refusal(2, ['--set', narrow])).toMatchInlineSnapshot(`
      "pipeline.yaml:9:3  params.network: its input "initial" provides weights of resnet with channels [4, 6], which do not fit resnet with channels [4, 8] (used as stages.teacher.with.network and stages.student.with.network)
          network: { kind: resnet50v2, imageSize: 72 }
          ~~~~~~~
          hint: give both stages the same network
      "
    `);
    const large = 'stages.evaluate-student.with.network={ kind: resnet50v2, imageSize: 72 }';
    expect(await refusal(2, ['--set', large])).toMatchInlineSnapshot(`
      "--set stages.evaluate-student.with.network={ kind: resnet50v2, imageSize: 72 }  stages.evaluate-student.with.network: its input "weights" provides weights of resnet with channels [4, 8], which do not fit resnet50v2
            ~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~
          hint: give both stages the same network
      "
    `);
  });

  test('a teacher whose logits are of fewer epochs', async () => {
    expect(await refusal(2, ['--set', 'stages.logits.with.epochs=1'])).toMatchInlineSnapshot(`
      "tiny.yaml:5:11  params.epochs: the teacher's logits cover 1 of 2 epochs (used as stages.student.with.epochs)
          epochs: 2
                  ~
          hint: set the same epochs for the stage that caches logits
      "
    `);
  });

  test('a resnet without channels', async () => {
    expect(await refusal(2, ['--set', 'params.network.channels=null'])).toMatchInlineSnapshot(`
      "--set params.network.channels=null  params.network needs "channels" (used as stages.initial-weights.with.network, stages.teacher.with.network and 4 more)
            ~~~~~~~~~~~~~~~~~~~~~~~
          hint: channels: Channels of the first convolution, then of each block, such as [16, 16, 32, 64]; where they grow, the image size is halved.
      "
    `);
  });
});

describe('a file of weights that does not fit is said before anything runs', () => {
  const settings = { imageSize: 16, channels: [4, 8] };
  const wire = (text: string) => text.replaceAll(directory, 'DIR');

  /** Has the pipeline start from a file of these weights. */
  async function startFrom(weights: ReadonlyMap<string, Tensor>): Promise<string> {
    await writeSafetensors(join(directory, 'mine.safetensors'), weights);
    await edit(
      'with: { network: "${params.network}", seed',
      'with: { file: mine.safetensors, network: "${params.network}", seed',
    );
    return wire(await refusal(2));
  }

  /** Weights that fit, but for the number of classes. */
  function weightsOf(classes: number): Map<string, Tensor> {
    const network = resnet({ ...settings, classes });
    const values = drawInitialWeights(network, 1);
    return new Map(network.weights.map(({ name, shape }) => [name, { shape, values: values.get(name)! }]));
  }

  test('of another number of classes', async () => {
    expect(await startFrom(weightsOf(100))).toMatchInlineSnapshot(`
      "pipeline.yaml:36:19  stages.initial-weights.with.file: the weights in DIR/mine.safetensors do not fit resnet (16x16 pixels, 10 classes): dense/kernel is [8, 100], not [8, 10], dense/bias is [100], not [10]
          with: { file: mine.safetensors, network: "\${params.network}", seed: "\${params.seed}" }
                        ~~~~~~~~~~~~~~~~
          hint: use the same network, image size and number of classes as the stage that made the weights
      "
    `);
  });

  test('of other names', async () => {
    const renamed = [...weightsOf(10)].map(([name, tensor]) => [name.replace('dense', 'predictions'), tensor] as const);
    expect(await startFrom(new Map(renamed))).toMatchInlineSnapshot(`
      "pipeline.yaml:36:19  stages.initial-weights.with.file: the weights in DIR/mine.safetensors do not fit resnet (16x16 pixels, 10 classes): missing: dense/kernel, dense/bias; not a weight of this network: predictions/bias, predictions/kernel
          with: { file: mine.safetensors, network: "\${params.network}", seed: "\${params.seed}" }
                        ~~~~~~~~~~~~~~~~
          hint: use the same network, image size and number of classes as the stage that made the weights
      "
    `);
  });

  test('of integers', async () => {
    const bias = { shape: [10], values: new Int32Array(10) };
    expect(await startFrom(weightsOf(10).set('dense/bias', bias))).toMatchInlineSnapshot(`
      "pipeline.yaml:36:19  stages.initial-weights.with.file: dense/bias in DIR/mine.safetensors is I32, not F32
          with: { file: mine.safetensors, network: "\${params.network}", seed: "\${params.seed}" }
                        ~~~~~~~~~~~~~~~~
          hint: convert the weights to float32
      "
    `);
  });

  test('a file that is none, and one that is missing', async () => {
    await writeFile(join(directory, 'words.safetensors'), 'words, and no numbers');
    await edit(
      'with: { network: "${params.network}", seed',
      'with: { file: words.safetensors, network: "${params.network}", seed',
    );
    expect(wire(await refusal(2))).toMatchInlineSnapshot(`
      "pipeline.yaml:36:19  stages.initial-weights.with.file: DIR/words.safetensors is not a safetensors file: it announces a header of 6998642695051833207 bytes, but at most 13 are possible.
          with: { file: words.safetensors, network: "\${params.network}", seed: "\${params.seed}" }
                        ~~~~~~~~~~~~~~~~~
          hint: The file is damaged or of another kind: create it, copy it or download it again.
      "
    `);
    await edit('file: words.safetensors', 'file: nowhere.safetensors');
    expect(wire(await refusal(2))).toMatchInlineSnapshot(`
      "pipeline.yaml:36:19  stages.initial-weights.with.file: Cannot read DIR/nowhere.safetensors: there is no such file.
          with: { file: nowhere.safetensors, network: "\${params.network}", seed: "\${params.seed}" }
                        ~~~~~~~~~~~~~~~~~~~
      "
    `);
  });
});

describe('a folder of CIFAR-10-C that is damaged is said before anything runs', () => {
  const wire = (text: string) => text.replaceAll(directory, 'DIR');
  const head = (rows: number, rest: readonly number[] = []) => npyHead({ dtype: 'U8', shape: [rows, ...rest] });

  /** A folder of two corruptions and the labels, as large as the released ones, but sparse; the pipeline uses it. */
  async function folder(damage: (path: (name: string) => string) => Promise<void>): Promise<string> {
    const corrupted = join(directory, 'corrupted');
    await mkdir(corrupted, { recursive: true });
    const path = (name: string) => join(corrupted, `${name}.npy`);
    for (const name of ['gaussian_noise', 'brightness'])
      await sparse(path(name), head(50_000, [32, 32, 3]), 50_000 * 3072);
    await sparse(path('labels'), head(50_000), 50_000);
    await damage(path);
    return corrupted;
  }

  async function sparse(path: string, header: Uint8Array, bytes: number): Promise<void> {
    await writeFile(path, header);
    await truncate(path, header.length + bytes);
  }

  test('a truncated .npy in the folder that a setting names', async () => {
    await folder((path) => truncate(path('brightness'), 5000));
    await edit('with: { severities', 'with: { directory: corrupted, severities');
    expect(wire(await refusal(2))).toMatchInlineSnapshot(`
      "pipeline.yaml:83:24  stages.corrupted.with.directory: DIR/corrupted/brightness.npy is truncated: |u1 [50000, 32, 32, 3] makes 153600128 bytes, it has 5000.
          with: { directory: corrupted, severities: "\${params.corruptions.severities}", images: "\${params.corruptions.im…
                             ~~~~~~~~~
          hint: The file is damaged or of another kind: create it, copy it or download it again.
      "
    `);
  });

  test('.npy files of another kind in the folder that CIFAR10C_DIR names', async () => {
    const corrupted = await folder(async (path) => {
      await writeFile(path('gaussian_noise'), 'no numbers');
      await sparse(path('brightness'), head(50_000, [28, 28]), 50_000 * 28 * 28);
    });
    expect(wire(await refusal(2, [], { CIFAR10C_DIR: corrupted }))).toMatchInlineSnapshot(`
      "pipeline.yaml:80:3  stages.corrupted: DIR/corrupted/gaussian_noise.npy is not an .npy file: it has 10 bytes.
          corrupted:
          ~~~~~~~~~
          hint: The file is damaged or of another kind: create it, copy it or download it again.

      pipeline.yaml:80:3  stages.corrupted: DIR/corrupted/brightness.npy contains U8 [50000, 28, 28], not the U8 [50000, 32, 32, 3] of CIFAR-10-C.
          corrupted:
          ~~~~~~~~~
          hint: Unpack CIFAR-10-C.tar (Zenodo record 2535967) and name its folder CIFAR-10-C.
      "
    `);
  });

  test('labels of more classes than ten', async () => {
    const corrupted = await folder((path) =>
      writeFile(path('labels'), Buffer.concat([head(50_000), Buffer.alloc(50_000, 99)])),
    );
    expect(wire(await refusal(2, [], { CIFAR10C_DIR: corrupted }))).toMatchInlineSnapshot(`
      "pipeline.yaml:80:3  stages.corrupted: DIR/corrupted/labels.npy has the class 99 in row 0, but CIFAR-10 has the classes 0 to 9
          corrupted:
          ~~~~~~~~~
          hint: CIFAR-100-C has the same layout but other classes: use the folder of CIFAR-10-C
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
      "error: data (pipeline.yaml:30:3): There is no folder DIR/nowhere with CIFAR-10.
      hint: The binary format is data_batch_1.bin to data_batch_5.bin and test_batch.bin; the Python format is the same without .bin.
      "
    `);
  });

  test('a truncated file', async () => {
    const environment = await folder('truncated');
    await writeFile(images('truncated'), (await readFile(images('truncated'))).subarray(0, 10_000));
    expect(wire(await refusal(3, [], environment))).toMatchInlineSnapshot(`
      "error: DIR/truncated/data_batch_1.bin is cut short in record 3: it has 10000 bytes, which are 3 records of 3073 and 781 more.
      hint: The file is damaged or of another kind: create it, copy it or download it again.
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
      hint: The file is damaged or of another kind: create it, copy it or download it again.
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
    const rest = ['pipeline.yaml', '--overlay', 'tiny.yaml', '--artifacts', 'pipeline.yaml'];
    const { code, stderr } = await typed(['run', ...rest, '--yes'], { directory });
    expect(code).toBe(3);
    expect(stderr.replaceAll(directory, 'DIR')).toMatchInlineSnapshot(`
      "error: The artifacts directory DIR/pipeline.yaml cannot be created: DIR/pipeline.yaml is not a directory.
      hint: Choose another place with --artifacts DIR.
      "
    `);
    const planned = await typed(['plan', ...rest], { directory });
    expect(planned).toMatchObject({ code: 0, stdout: expect.stringContaining('never run') });
    expect(planned.stderr).toMatch(/^warning: a run would stop: The artifacts directory .* cannot be created/u);
  });

  test.runIf(process.getuid?.() !== 0)(
    'a folder of somebody else (not as root, whom no permission bits bind)',
    async () => {
      const closed = join(directory, 'closed');
      await mkdir(closed);
      await chmod(closed, 0o555);
      const rest = ['pipeline.yaml', '--overlay', 'tiny.yaml', '--artifacts', 'closed/artifacts'];
      expect((await typed(['run', ...rest, '--yes'], { directory })).stderr).toContain('cannot be written');
      expect(await typed(['plan', ...rest], { directory })).toMatchObject({
        code: 0,
        stderr: expect.stringContaining('warning: a run would stop: '),
      });
    },
  );
});

describe('the command itself', () => {
  const wrongUsage: readonly (readonly [string, readonly string[]])[] = [
    ['no command', []],
    ['an unknown command', ['rnu']],
    ['help for an unknown command', ['help', 'rnu']],
    ['an unknown option', ['run', 'pipeline.yaml', '--artefacts', 'x']],
    ['a missing argument', ['run']],
    ['a missing action of `keys`', ['keys']],
    ['an unknown action of `remote`', ['remote', 'list']],
    ['one argument too many', ['plan', 'pipeline.yaml', 'student']],
    ['a number that is none', ['run', 'pipeline.yaml', '--jobs', 'many']],
    ['a duration that is none', ['gc', '--older-than', '30']],
    ['a size that is none', ['gc', '--max-size', '20']],
    ['a pipeline that is missing', ['plan', 'nowhere.yaml']],
    ['a store that is missing', ['runs']],
    ['no last run', ['explain', 'student']],
  ];

  test.each(wrongUsage)(
    '%s: exit 2, a sentence on standard error, nothing on standard output',
    async (_what, words) => {
      const { code, stdout, stderr } = await typed(words, { directory });
      expect(code).toBe(2);
      expect(stdout).toBe('');
      expect(stderr.replaceAll(directory, 'DIR')).toMatchSnapshot();
    },
  );

  test('spawned: with --json, too, a problem is a sentence on standard error', async () => {
    await edit('epochs: 5', 'epochs: five');
    const { code, stdout, stderr } = await pipe(['plan', 'pipeline.yaml', '--json'], { directory });
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(/^pipeline\.yaml:\d+:\d+ {2}params\.epochs expects a whole number, got "five"/u);
  });
});
