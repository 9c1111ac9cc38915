import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { pipe } from '../support/pipe.ts';
import { temporaryDirectory } from '../support/temporary.ts';
import { typed } from '../support/typed.ts';

const directory = temporaryDirectory();

beforeAll(async () => {
  const command = 'date > o; echo ran >> "$LOG"';
  const made = { uses: 'shell', with: { command, outputs: { o: 'o' }, pass: ['LOG'] } };
  writeFileSync(join(directory, 'p.yaml'), JSON.stringify({ name: 'paths', stages: { made } }));
  writeFileSync(join(directory, 'taken'), 'precious');
  mkdirSync(join(directory, 'folder'));
  symlinkSync('nowhere', join(directory, 'lost'));
  const { code, stderr } = await typed(['run', 'p.yaml'], { directory, environment: { LOG: '/dev/null' } });
  expect(code, stderr).toBe(0);
});

describe('a place where nothing can be written is a problem before anything is read or computed', () => {
  test.each([
    [['--figures', 'taken'], '"taken" is a file, not a folder'],
    [['--figures', 'taken/below'], 'taken" is a file, not a folder'],
    [['--tables', 'taken'], '"taken" is a file, not a folder'],
    [['--tables', 'lost'], '"lost" is a symlink, and what it points to does not exist'],
    [['--output', 'folder'], '"folder" is a folder, not a file'],
    [['--output', 'new/'], '"new/" is a folder, not a file'],
    [['--output', 'none/page.html'], 'There is no folder'],
    [['--output', 'taken/page.html'], 'taken" is a file, not a folder'],
    [['--output', 'page', '--figures', 'page'], '"page" is also the file of the report'],
    [['--tables', 'report.html/tables'], '"report.html/tables" is also the file of the report'],
  ])('report %j', async (words, message) => {
    const { code, stdout, stderr } = await typed(['report', ...words], { directory });
    expect({ code, stdout, stderr }).toEqual({ code: 2, stdout: '', stderr: expect.stringContaining(message) });
    expect(stderr).toContain(`${words.slice(-2).join(' ')}  `);
    expect(stderr).toMatch(/hint: name a f/u);
    expect(stderr).not.toMatch(/EEXIST|ENOTDIR|EISDIR|ENOENT/u);
    expect(existsSync(join(directory, 'report.html'))).toBe(false);
  });

  test.each(['taken', 'taken/below', 'lost'])('run --tensorboard %s', async (path) => {
    const log = join(directory, 'log');
    const { code, stderr } = await typed(['run', 'p.yaml', '--tensorboard', path], {
      directory,
      environment: { LOG: log },
    });
    expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringContaining(`--tensorboard ${path}  "`) });
    expect(existsSync(log)).toBe(false);
  });
});

describe('an empty value is a problem, never the current folder', () => {
  test.each([
    ['report', '--figures', ''],
    ['report', '--tables', ''],
    ['report', '--output', ''],
    ['report', '--artifacts', ''],
    ['report', '--overlay', ''],
    ['report', ''],
    ['run', 'p.yaml', '--tensorboard', ''],
    ['run', 'p.yaml', '--artifacts', ''],
    ['run', 'p.yaml', '--watch', '--host', ''],
    ['run', 'p.yaml', '--target', ''],
    ['run', ''],
    ['watch', '--host', ''],
    ['export', 'made.o', ''],
    ['gc', 'p.yaml', ''],
    ['push', '--remote', ''],
    ['runs', '--of', ''],
  ])('%j', async (...words) => {
    const before = readdirSync(directory);
    const { code, stdout, stderr } = await typed(words, { directory });
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(/'' is invalid.* It is empty; write a [\w|,=. ]+\.\n/u);
    expect(readdirSync(directory)).toEqual(before);
  });

  test('a note may be empty', async () => {
    const environment = { LOG: '/dev/null' };
    expect(await typed(['run', 'p.yaml', '--note', ''], { directory, environment })).toMatchObject({ code: 0 });
  });
});

describe('files whose names nobody typed', () => {
  test('replace a symlink in their place, and leave what it points to', async () => {
    mkdirSync(join(directory, 'files'));
    for (const name of ['stages.csv', 'pipeline.svg']) symlinkSync('../taken', join(directory, 'files', name));
    symlinkSync('taken', join(directory, 'report.html'));
    const words = ['report', '--tables', 'files', '--figures', 'files'];
    expect(await pipe(words, { directory })).toMatchObject({ code: 0, stderr: '' });
    for (const path of ['files/stages.csv', 'files/pipeline.svg', 'report.html']) {
      expect(lstatSync(join(directory, path)).isFile(), path).toBe(true);
      expect(readFileSync(join(directory, path), 'utf8'), path).not.toBe('precious');
    }
    expect(readFileSync(join(directory, 'taken'), 'utf8')).toBe('precious');
    expect(readdirSync(join(directory, 'files')).filter((name) => name.startsWith('.'))).toEqual([]);
  });

  test('a folder in their place is named', async () => {
    mkdirSync(join(directory, 'occupied/stages.csv/below'), { recursive: true });
    const { code, stderr } = await pipe(['report', '--tables', 'occupied'], { directory });
    expect({ code, stderr }).toEqual({
      code: 3,
      stderr: expect.stringContaining('stages.csv cannot be written: a folder is in its place (EISDIR).'),
    });
  });

  test.skipIf(!existsSync('/dev/full'))(
    'a full disk under them says to free space (where the system has /dev/full)',
    async () => {
      expect(await typed(['report', '--output', '/dev/full'], { directory })).toMatchObject({
        code: 3,
        stderr: expect.stringContaining('hint: free some space, or choose another place\n'),
      });
    },
  );

  test('a name that was typed is followed if it is a symlink', async () => {
    symlinkSync('real.html', join(directory, 'link.html'));
    expect(await pipe(['report', '--output', 'link.html'], { directory })).toMatchObject({ code: 0 });
    expect(lstatSync(join(directory, 'link.html')).isSymbolicLink()).toBe(true);
    expect(readFileSync(join(directory, 'real.html'), 'utf8')).toContain('<!doctype html>');
  });
});

test('a marked figure that asks for all memory costs a sentence and a warning; all others are written', async () => {
  const other = temporaryDirectory();
  const figure = (data: object) => ({ data, mark: 'point', encoding: { x: { field: 'data', type: 'quantitative' } } });
  mkdirSync(join(other, 'in'));
  writeFileSync(join(other, 'in/small.vl.json'), JSON.stringify(figure({ values: [{ data: 1 }] })));
  writeFileSync(join(other, 'in/huge.vl.json'), JSON.stringify(figure({ sequence: { start: 0, stop: 2e9 } })));
  writeFileSync(join(other, 'in/table.csv'), 'a,b\n1,2\n');
  const names = { small: 'small.vl.json', huge: 'huge.vl.json', table: 'table.csv' };
  const draw = {
    uses: 'shell',
    with: { command: 'cp in/* .', files: ['in/*'], outputs: names },
    report: Object.keys(names),
  };
  writeFileSync(join(other, 'p.yaml'), JSON.stringify({ name: 'figures', stages: { draw } }));
  expect(await pipe(['run', 'p.yaml'], { directory: other })).toMatchObject({ code: 0 });
  const said = await pipe(['report', '--figures', 'figures', '--tables', 'tables'], { directory: other });
  const reason = 'It needs more memory than 400 MB, and was stopped.';
  expect(said).toMatchObject({ code: 0, stderr: `warning: huge of draw is not written. ${reason}\n` });
  expect(readFileSync(join(other, 'report.html'), 'utf8')).toContain(`huge of draw is not shown. ${reason}`);
  const own = (folder: string) => readdirSync(join(other, folder)).filter((name) => name.startsWith('draw.'));
  expect(own('figures').sort()).toEqual(['draw.small.png', 'draw.small.svg']);
  expect(own('tables').sort()).toEqual(['draw.table.csv', 'draw.table.md', 'draw.table.tex']);
  expect(readFileSync(join(other, 'tables/draw.table.csv'), 'utf8')).toBe('a,b\n1,2\n');
});

test('a folder without permission is a problem', async (context) => {
  if (process.getuid?.() === 0) return context.skip('the user root may write everywhere');
  mkdirSync(join(directory, 'closed'));
  chmodSync(join(directory, 'closed'), 0o500);
  const { code, stderr } = await typed(['report', '--figures', 'closed/figures'], { directory });
  expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringContaining('You may not write to the folder') });
});
