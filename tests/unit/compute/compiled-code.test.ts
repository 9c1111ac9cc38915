import { mkdirSync, readdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import {
  type CompiledCode,
  CompiledCodeError,
  compiledCodeError,
  openCompiledCode,
  withoutCompiledCode,
} from '../../../src/compute/compiled-code.ts';
import { StageError } from '../../../src/problem/errors.ts';
import { packError, unpackError } from '../../../src/workers/protocol.ts';
import { temporaryDirectory } from '../../support/temporary.ts';

/** How many bytes the disk seems to have left; undefined: as many as it has. */
const disk = vi.hoisted(() => ({ free: undefined as number | undefined }));

vi.mock('node:fs', async (original) => {
  const fs = await original<typeof import('node:fs')>();
  const statfsSync = (path: string) => ({
    ...fs.statfsSync(path),
    ...(disk.free !== undefined && { bsize: 1, bavail: disk.free }),
  });
  return { ...fs, statfsSync };
});

const directory = temporaryDirectory();

function opened(folder: string): CompiledCode {
  const code = openCompiledCode(folder);
  if ('problem' in code) throw new Error(code.problem);
  return code;
}

/** A folder with sealed code, in files of these names. */
function sealed(name: string, ...files: readonly string[]): string {
  const folder = join(directory, name);
  const code = opened(folder);
  for (const file of files) writeFileSync(join(folder, file), `code of ${file}`);
  code.seal();
  return folder;
}

describe('opening a folder of compiled code', () => {
  test('keeps what matches its checksum, and removes what was truncated, emptied, changed or never sealed', () => {
    const folder = sealed('damaged', 'whole.pb', 'truncated.pb', 'emptied.pb', 'changed.pb');
    truncateSync(join(folder, 'truncated.pb'), 5);
    truncateSync(join(folder, 'emptied.pb'), 0);
    writeFileSync(join(folder, 'changed.pb'), 'CODE of changed.pb');
    writeFileSync(join(folder, 'unsealed.pb'), 'code');
    writeFileSync(join(folder, 'other.pb.tmp'), 'being written by another process');
    opened(folder);
    expect(readdirSync(folder).sort()).toEqual(['other.pb.tmp', 'whole.pb', 'whole.pb.sha256']);
    expect(readFileSync(join(folder, 'whole.pb'), 'utf8')).toBe('code of whole.pb');
  });

  test('does not trust what was changed after it was sealed, even if more is sealed later', () => {
    const folder = join(directory, 'sealed-twice');
    const code = opened(folder);
    writeFileSync(join(folder, 'changed.pb'), 'code');
    code.seal();
    writeFileSync(join(folder, 'changed.pb'), 'CODE');
    writeFileSync(join(folder, 'new.pb'), 'code');
    code.seal();
    opened(folder);
    expect(readdirSync(folder).sort()).toEqual(['new.pb', 'new.pb.sha256']);
  });

  test('refuses a disk that is almost full, which would end a stage as XLA writes', () => {
    disk.free = 100 * 1024 * 1024;
    onTestFinished(() => {
      disk.free = undefined;
    });
    expect(openCompiledCode(join(directory, 'full'))).toEqual({ problem: 'its disk is almost full' });
  });

  test('reports a file in its place', () => {
    const folder = join(directory, 'a-file');
    writeFileSync(folder, '');
    expect(openCompiledCode(folder)).toEqual({ problem: expect.stringContaining(folder) });
    expect(openCompiledCode(join(folder, 'below'))).toEqual({ problem: expect.stringContaining(folder) });
  });
});

describe('an error of XLA', () => {
  const damaged = 'compiled code was damaged, and was removed';
  test.each([
    ['OUT_OF_RANGE: Read less bytes than requested', damaged],
    ['INTERNAL: Serialized cache key does not match.', damaged],
    [
      'RESOURCE_EXHAUSTED: FOLDER/xla_compile_cache__1.pb.tmp; No space left on device',
      'there is no space for compiled code',
    ],
    ['PERMISSION_DENIED: FOLDER/a.pb; Permission denied', 'this user may not read or write compiled code'],
    ['UNKNOWN: FOLDER/a.pb; Input/output error', 'compiled code could not be read or written'],
  ])('about compiled code empties the folder, names it and what failed: %s', (reason, failed) => {
    const folder = sealed(`failed ${reason.slice(0, 5)}`, 'a.pb');
    mkdirSync(join(folder, 'sub'));
    const error = compiledCodeError(new StageError(reason.replace('FOLDER', folder)), opened(folder));
    expect(error?.hint).toBe(`${failed}; XLA keeps it in ${folder}`);
    expect(readdirSync(folder)).toEqual([]);
    // Its class decides whether a stage runs again without compiled code.
    expect(unpackError(packError(error))).toBeInstanceOf(CompiledCodeError);
  });

  test('about something else is left alone', () => {
    const folder = sealed('sound', 'a.pb');
    expect(compiledCodeError(new StageError('out of memory'), opened(folder))).toBeUndefined();
    expect(compiledCodeError(new Error(`a bug in ${folder}`), opened(folder))).toBeUndefined();
    expect(readdirSync(folder)).toEqual(['a.pb', 'a.pb.sha256']);
  });
});

test('flags without compiled code keep what the user set', () => {
  expect(withoutCompiledCode(undefined)).toBe('--tf_xla_persistent_cache_directory=');
  expect(withoutCompiledCode('--a=1')).toBe('--a=1 --tf_xla_persistent_cache_directory=');
});
