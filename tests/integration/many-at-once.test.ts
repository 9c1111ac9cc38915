import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { freshDirectory, storeAt } from '../support/fresh-store.ts';
import { type Outcome, pipe } from '../support/pipe.ts';

const rounds = process.env['PIPE_TEST_LONG'] === undefined ? 1 : 100;
const runsAtOnce = 8;

/** Small files, equal bytes in several outputs, a folder, an executable file, and a reader of all of them. */
const pipeline = `name: crowd
stages:
  one: { uses: shell, with: { command: "echo 1 > one.txt", outputs: { out: one.txt } } }
  same: { uses: shell, with: { command: "echo 1 > same.txt", outputs: { out: same.txt } } }
  tree: { uses: shell, with: { command: "mkdir -p t/d; echo 1 > t/a; echo 2 > t/d/b; chmod +x t/d/b", outputs: { out: t/ } } }
  all:
    uses: shell
    needs: { one: one.out, same: same.out, tree: tree.out }
    with:
      command: cat one.txt same.txt t/a t/d/b > all.txt
      inputs: { one: one.txt, same: same.txt, tree: t }
      outputs: { out: all.txt }
`;

test('eight cold runs of one small pipeline all succeed, with collections and verifications in loops at the same time', {
  timeout: 120_000 * rounds,
}, async () => {
  for (let round = 0; round < rounds; round += 1) {
    const directory = freshDirectory();
    writeFileSync(join(directory, 'p.yaml'), pipeline);
    let isOver = false;
    const beside = async (...words: string[]): Promise<readonly Outcome[]> => {
      const outcomes: Outcome[] = [];
      while (!isOver) outcomes.push(await pipe(words, { directory }));
      return outcomes;
    };
    // Created before, so that the loops have something to work on from the start.
    await (await storeAt(join(directory, 'artifacts'))).hold();
    const loops = [beside('gc', '--yes', '--older-than', '1s'), beside('verify')];
    const runs = await Promise.all(Array.from({ length: runsAtOnce }, () => pipe(['run', 'p.yaml'], { directory })));
    isOver = true;
    const others = (await Promise.all(loops)).flat();
    for (const { code, stdout, stderr } of [...runs, ...others]) expect(code, `${stdout}\n${stderr}`).toBe(0);
    const store = await storeAt(join(directory, 'artifacts'), { readonly: true });
    expect(await store.verifyAll()).toMatchObject({ damagedObjects: [], refusedRecords: [] });
  }
});
