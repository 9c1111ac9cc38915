import { chmod, mkdir, readdir, realpath, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import { temporaryDirectory } from '../../support/temporary.ts';
import { typed } from '../../support/typed.ts';

const pipeline = `name: words
stages:
  copy:
    uses: shell
    with: { command: "cat texts/a.txt > copy.txt", files: ["texts/*.txt"], outputs: { copy: copy.txt } }
  own:
    uses: ./own.mjs
`;

const module = `export default {
  summary: 'Writes one line.',
  schema: { type: 'object', additionalProperties: false, properties: {} },
  inputs: {},
  outputs: { line: { file: 'line.txt', summary: 'One line.' } },
  run: async ({ outputs }) => {
    await (await import('node:fs/promises')).writeFile(outputs.line, 'own\\n');
    return {};
  },
};
`;

const parent = temporaryDirectory();
let count = 0;
let root: string;

/** A project: texts at its root, the pipeline and its module in a folder, and a folder to type commands in. */
beforeEach(async () => {
  count += 1;
  root = join(await realpath(parent), `project-${count}`);
  await mkdir(join(root, 'texts'), { recursive: true });
  await mkdir(join(root, 'lines'));
  await mkdir(join(root, 'deep/er'), { recursive: true });
  await writeFile(join(root, 'texts/a.txt'), 'a\n');
  await writeFile(join(root, 'lines/words.yaml'), pipeline);
  await writeFile(join(root, 'lines/own.mjs'), module);
});

const pipe = (from: string, ...words: readonly string[]) => typed(words, { directory: join(root, from) });

async function keysOf(from: string, file: string): Promise<readonly string[]> {
  const { code, stdout, stderr } = await pipe(from, 'run', file, '--json');
  expect(code, stderr).toBe(0);
  return JSON.parse(stdout).stages.map(({ key }: { key: string }) => key);
}

describe('the root of a project', () => {
  test('of a pipeline that a package brought is searched from the current folder', async () => {
    await mkdir(join(root, 'node_modules'));
    await rename(join(root, 'lines'), join(root, 'node_modules/lines'));
    await keysOf('.', 'node_modules/lines/words.yaml');
    expect(await readdir(join(root, 'artifacts'))).toContain('records');
    expect(await readdir(join(root, 'node_modules/lines'))).toEqual(['own.mjs', 'words.yaml']);
  });

  test('is the nearest folder with a project file: keys and the store are the same from every folder below', async () => {
    await writeFile(join(root, 'pipe.project.yaml'), '# nothing to set\n');
    const fromRoot = await keysOf('.', 'lines/words.yaml');
    for (const [from, file] of [
      ['lines', 'words.yaml'],
      ['deep/er', '../../lines/words.yaml'],
    ] as const) {
      const again = await pipe(from, 'run', file, '--json');
      expect(JSON.parse(again.stdout)).toMatchObject({ hits: 2, ran: 0 });
      expect(JSON.parse(again.stdout).stages.map(({ key }: { key: string }) => key)).toEqual(fromRoot);
      expect(again.stderr).toContain(`project: ${root} (project file), store: artifacts\n`);
    }
    expect((await pipe('deep/er', 'runs', '--json')).stderr).toContain(`project: ${root} (project file)`);
    expect(await readdir(root)).toContain('artifacts');
    expect(await readdir(join(root, 'lines'))).not.toContain('artifacts');
  });

  test('is the nearest git repository without one', async () => {
    await mkdir(join(root, '.git'));
    await keysOf('lines', 'words.yaml');
    const { stderr, code } = await pipe('deep', 'runs');
    expect({ code, stderr }).toEqual({ code: 0, stderr: `project: ${root} (git repository), store: artifacts\n` });
  });

  test('is that of a worktree, whose .git is a file', async () => {
    await writeFile(join(root, '.git'), 'gitdir: /elsewhere\n');
    expect((await pipe('lines', 'plan', 'words.yaml')).stderr).toContain(`project: ${root} (git repository)`);
  });

  test("is the pipeline's own folder without either", async () => {
    await mkdir(join(root, 'lines/texts'));
    await writeFile(join(root, 'lines/texts/a.txt'), 'b\n');
    await keysOf('deep', '../lines/words.yaml');
    expect(await readdir(join(root, 'lines'))).toContain('artifacts');
  });

  test('is not looked for above the git repository', async () => {
    await writeFile(join(root, 'pipe.project.yaml'), 'store: above\n');
    await mkdir(join(root, 'lines/.git'));
    await mkdir(join(root, 'lines/texts'));
    await writeFile(join(root, 'lines/texts/a.txt'), 'b\n');
    await keysOf('lines', 'words.yaml');
    expect(await readdir(root)).not.toContain('above');
  });

  test('is not what others left in a folder that everybody may write to', async () => {
    await writeFile(join(root, 'pipe.project.yaml'), 'store: planted\n');
    await chmod(root, 0o1777);
    const { stdout } = await pipe('lines', 'plan', 'words.yaml', '--json');
    expect(stdout).toBe('');
    expect((await pipe('lines', 'plan', 'words.yaml')).stderr).toContain(
      `No file matches "texts/*.txt" in ${root}/lines.`,
    );
  });
});

describe('the project file', () => {
  test('says where the store is, relative to itself; --artifacts is relative to where it is typed', async () => {
    await writeFile(join(root, 'pipe.project.yaml'), 'store: kept/results\n');
    await keysOf('lines', 'words.yaml');
    expect(await readdir(join(root, 'kept'))).toEqual(['results']);
    expect((await pipe('deep', 'run', '../lines/words.yaml', '--artifacts', 'own')).code).toBe(0);
    expect(await readdir(join(root, 'deep'))).toContain('own');
  });

  test('is checked, with the place of what is wrong', async () => {
    await writeFile(join(root, 'pipe.project.yaml'), 'stroe: kept\n');
    const { code, stderr } = await pipe('lines', 'runs');
    expect(code).toBe(2);
    expect(stderr).toContain('../pipe.project.yaml:1:1  unknown key "stroe" in the project file\n');
    expect(stderr).toContain('hint: did you mean "store"?');
    await writeFile(join(root, 'pipe.project.yaml'), '- a list\n');
    expect((await pipe('.', 'runs')).stderr).toContain('pipe.project.yaml:1:1  ');
    await writeFile(join(root, 'pipe.project.yaml'), 'store: {\n');
    expect((await pipe('.', 'run', 'lines/words.yaml')).stderr).toContain('this bracket is never closed');
  });
});

test('a variable that names a folder begins where it is typed', async () => {
  await mkdir(join(root, '.git'));
  await writeFile(join(root, 'data.yaml'), 'name: data\nstages: { data: { uses: cifar10 } }\n');
  const { stderr } = await typed(['plan', '../data.yaml'], {
    directory: join(root, 'deep'),
    environment: { CIFAR10_DIR: 'batches' },
  });
  expect(stderr).toContain(join(root, 'deep/batches'));
});

test('without any results, says where it looked', async () => {
  await mkdir(join(root, '.git'));
  const { code, stderr } = await pipe('lines', 'runs');
  expect(code).toBe(2);
  expect(stderr).toContain(`There are no results yet: ${root}/artifacts does not exist.`);
  expect(stderr).toContain(`The project is ${root} (git repository)`);
});
