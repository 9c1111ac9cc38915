import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { frostTextures, frostWheelDigest, readWheel } from '../../../../src/data/corruptions/frost-textures.ts';
import { EnvironmentError } from '../../../../src/problem/errors.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'frost-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

test('an index without the wheel leaves frost out with the reason', async () => {
  const server = createServer((_, response) => response.writeHead(404).end());
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  try {
    const index = `http://127.0.0.1:${(server.address() as AddressInfo).port}/simple`;
    const found = await frostTextures({ cacheDirectory: folder, environment: { PIP_INDEX_URL: index, PATH: '' } });
    expect(found).toEqual({ missing: expect.stringMatching(/^its texture images are not available: .*404/) });
  } finally {
    server.close();
  }
});

test('a cache that is a file leaves frost out with the reason', async () => {
  const cacheDirectory = join(folder, 'file');
  writeFileSync(cacheDirectory, '');
  const found = await frostTextures({ cacheDirectory, environment: { PATH: '' } });
  expect(found).toEqual({ missing: expect.stringContaining(cacheDirectory) });
});

test('who stops waiting hears no reason, but their own', async () => {
  const signal = AbortSignal.abort(new Error('enough'));
  const environment = { PIP_INDEX_URL: 'http://127.0.0.1:1/simple', PATH: '' };
  await expect(frostTextures({ cacheDirectory: folder, environment, signal })).rejects.toThrow('enough');
});

test('a wheel without photographs is refused', async () => {
  const emptyZip = Buffer.alloc(22);
  emptyZip.write('PK\x05\x06', 'latin1');
  const path = join(folder, 'empty.whl');
  writeFileSync(path, emptyZip);
  await expect(readWheel(path)).rejects.toThrow(EnvironmentError);
});

test('the wheel has a digest from when it is there', () => {
  expect(frostWheelDigest(folder)).toBeUndefined();
  mkdirSync(join(folder, 'wheels'));
  writeFileSync(join(folder, 'wheels', 'imagecorruptions-1.1.2-py3-none-any.whl'), '');
  expect(frostWheelDigest(folder)).toMatch(/^[0-9a-f]{64}$/);
});
