import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { sha256OfFile } from '../../src/disk/sha256.ts';
import { compare, type Outcome } from '../outcome.ts';

const rounds = 7;
const mebibytes = 512;

/** Hashes one large file in turns: with the code of the store, and with `openssl`. */
export async function compareHashing(folder: string, what: string, against: string): Promise<Outcome> {
  const path = join(folder, 'large');
  writeFileSync(path, Buffer.alloc(mebibytes * 2 ** 20, 'content of a large file, '));
  const ours: number[] = [];
  const theirs: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    ours.push(mebibytes / (await seconds(() => sha256OfFile(path))));
    theirs.push(mebibytes / (await seconds(async () => spawnSync('openssl', ['dgst', '-sha256', path]))));
  }
  return compare({ what, against, unit: 'MiB/s', aim: 0.9, higherIsBetter: true }, ours, theirs);
}

async function seconds(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return (performance.now() - start) / 1e3;
}
