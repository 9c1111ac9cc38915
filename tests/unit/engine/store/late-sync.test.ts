import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { LateSync } from '../../../../src/engine/store/late-sync.ts';
import { freshDirectory } from '../../../support/fresh-store.ts';

test('has nothing left to do once it is finished, and takes more after that', async () => {
  const late = new LateSync();
  await late.finish();
  late.add(freshDirectory());
  late.add(freshDirectory());
  await late.finish();
  late.add(freshDirectory());
  await late.finish();
});

test('lets a folder be gone, and says what else the system says', async () => {
  const late = new LateSync();
  const gone = freshDirectory();
  rmSync(gone, { recursive: true });
  late.add(gone);
  await late.finish();
  late.add(join(freshDirectory(), 'x'.repeat(1000)));
  await expect(late.finish()).rejects.toThrow('ENAMETOOLONG');
});
