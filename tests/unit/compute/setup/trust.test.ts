import {
  chmodSync,
  chownSync,
  lutimesSync,
  mkdirSync,
  readFileSync,
  renameSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import { type Location, setupLocation } from '../../../../src/compute/location.ts';
import { inspect } from '../../../../src/compute/setup/inspect.ts';
import { alteredContents, closeToOthers, installedFiles } from '../../../../src/compute/setup/installed-files.ts';
import { alteredSince, readiness, readManifest, writeSetupManifest } from '../../../../src/compute/setup/manifest.ts';
import { checkTrust } from '../../../../src/compute/setup/trust.ts';
import { openTensorflow } from '../../../../src/compute/tensorflow.ts';
import { temporaryDirectory } from '../../../support/temporary.ts';

const root = temporaryDirectory();
let caches = 0;
let cache: string;
let location: Location;

beforeEach(async () => {
  cache = join(root, `cache-${caches++}`);
  location = setupLocation(cache, 'cpu');
  mkdirSync(location.libraries, { recursive: true });
  writeFileSync(location.addon, 'addon\n');
  writeFileSync(join(location.libraries, 'libtensorflow_cc.so.2'), 'library\n');
  symlinkSync('libtensorflow_cc.so.2', join(location.libraries, 'alias'));
  await writeSetupManifest(location, { wheels: [], compiler: 'g++' });
  for (const folder of [cache, location.directory, location.libraries]) chmodSync(folder, 0o755);
});

/** Changes a file to other bytes of the same length, and leaves its time as it was. */
function forge(path: string): void {
  const time = new Date(1e12);
  const bytes = readFileSync(path);
  writeFileSync(path, bytes.reverse());
  utimesSync(path, time, time);
}

describe('what is loaded is what was set up', () => {
  const library = () => join(location.libraries, 'libtensorflow_cc.so.2');

  test('a setup that nobody touched is ready, and the manifest lists its files', () => {
    expect(readiness(location)).toBe('ready');
    expect(readManifest(location)?.files?.map(({ path }) => path)).toEqual([
      'tensorflow/alias',
      'tensorflow/libtensorflow_cc.so.2',
      'tfjs_binding.node',
    ]);
  });

  test.each([
    ['a library of another size', () => writeFileSync(library(), 'longer library\n')],
    ['an addon of the same size and another time', () => forge(location.addon)],
    ['a library that is gone', () => renameSync(library(), `${library()}.old`)],
    [
      'a link in the place of a file',
      () => {
        renameSync(library(), join(cache, 'elsewhere'));
        symlinkSync(join(cache, 'elsewhere'), library());
      },
    ],
  ])('%s is not loaded', async (_, alter) => {
    alter();
    expect(readiness(location)).toBe('altered');
    const opened = openTensorflow({ environment: { PIPE_CACHE_DIR: cache, PATH: '' }, build: 'cpu' });
    await expect(opened).rejects.toThrow(/was altered after it was set up: t/u);
    await expect(opened).rejects.toMatchObject({ hint: expect.stringContaining('pipe setup') });
  });

  test('other bytes of the same size and time are found where every file is read', async () => {
    const time = new Date(1e12);
    for (const path of [location.addon, library()]) utimesSync(path, time, time);
    lutimesSync(join(location.libraries, 'alias'), time, time);
    await writeSetupManifest(location, { wheels: [], compiler: 'g++' });
    forge(library());
    expect(alteredSince(location)).toEqual([]);
    const files = readManifest(location)!.files!;
    expect(await alteredContents(location.directory, files)).toEqual(['tensorflow/libtensorflow_cc.so.2']);
    const environment = { PIPE_CACHE_DIR: cache, PATH: '' };
    const found = (await inspect({ environment, network: false, verify: true })).find(
      ({ subject }) => subject === 'tensorflow-cpu',
    );
    expect(found).toMatchObject({
      state: 'bad',
      detail: expect.stringContaining('was altered after it was set up: tensorflow/libtensorflow_cc.so.2'),
    });
  });

  test('a manifest of an earlier version lists no files, and is taken', () => {
    const { files: _, ...manifest } = readManifest(location)!;
    writeFileSync(location.manifest, JSON.stringify(manifest));
    expect(readiness(location)).toBe('ready');
  });
});

describe('code is loaded from where nobody else may write', () => {
  test.each([
    ['the addon', 0o775, () => location.addon],
    ['a library', 0o646, () => join(location.libraries, 'libtensorflow_cc.so.2')],
    ['the folder of the libraries', 0o777, () => location.libraries],
    ['the folder of the build', 0o775, () => location.directory],
    ['the cache', 0o1777, () => cache],
  ])('not where others may write to %s', (_, mode, path) => {
    checkTrust(location, {});
    chmodSync(path(), mode);
    expect(() => checkTrust(location, {})).toThrow(`${path()} contains code and other users can write to it`);
    closeToOthers(cache);
    checkTrust(location, {});
  });

  const isRoot = process.getuid?.() === 0;
  test.skipIf(!isRoot)(
    `not where another user owns it, but one who is named${isRoot ? '' : ' (skipped: only root gives files away)'}`,
    () => {
      chownSync(location.addon, 4242, 4242);
      expect(() => checkTrust(location, {})).toThrow('belongs to another user (id 4242)');
      expect(() => checkTrust(location, { PIPE_TRUSTED_OWNERS: '17' })).toThrow('belongs to another user (id 4242)');
      checkTrust(location, { PIPE_TRUSTED_OWNERS: '17,4242' });
    },
  );

  test('a setup closes what it made, whatever the umask', async () => {
    const umask = process.umask(0);
    try {
      const folder = join(location.directory, 'open');
      mkdirSync(folder);
      writeFileSync(join(folder, 'file'), '');
      await writeSetupManifest(location, { wheels: [], compiler: 'g++' });
    } finally {
      process.umask(umask);
    }
    checkTrust(location, {});
    expect((await installedFiles(location.directory, [])).map(({ path }) => path)).toContain('open/file');
  });
});
