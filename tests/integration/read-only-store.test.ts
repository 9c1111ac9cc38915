import { execFileSync, spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { freshDirectory } from '../support/fresh-store.ts';
import { pipe } from '../support/pipe.ts';

const pipeline = `name: read-only
params: { text: a }
stages:
  a: { uses: shell, with: { command: "echo \${params.text} > a", outputs: { a: a } } }
`;

test('a store on a read-only file system can be asked everything; a run says why it stops', async (context) => {
  const directory = freshDirectory();
  const mount = spawnSync('mount', ['-t', 'tmpfs', 'tmpfs', directory], { encoding: 'utf8' });
  if (mount.status !== 0)
    return context.skip(`no file system can be mounted here: ${mount.error?.message ?? mount.stderr}`);
  onTestFinished(() => {
    execFileSync('umount', ['-l', directory]);
  });
  writeFileSync(join(directory, 'p.yaml'), pipeline);
  expect((await pipe(['run', 'p.yaml'], { directory })).code).toBe(0);
  execFileSync('mount', ['-o', 'remount,ro', directory]);

  const known = await pipe(['plan', 'p.yaml'], { directory });
  expect(known).toMatchObject({ code: 0, stdout: expect.stringMatching(/a +shell +reuse/u) });
  expect(known.stderr).toBe(
    `warning: a run would stop: The artifacts directory ${directory}/artifacts is not writable.\n`,
  );
  const changed = await pipe(['plan', 'p.yaml', '--set', 'params.text=b', '--json'], { directory });
  expect(JSON.parse(changed.stdout)).toMatchObject({ stages: [{ id: 'a', state: 'miss' }] });
  for (const words of [['explain', 'a'], ['runs'], ['show', 'a'], ['verify'], ['run', 'p.yaml', '--frozen']]) {
    expect(await pipe(words, { directory }), words.join(' ')).toMatchObject({
      code: 0,
      stderr: expect.not.stringMatching(/error/u),
    });
  }
  const run = await pipe(['run', 'p.yaml', '--set', 'params.text=b'], { directory });
  expect(run).toMatchObject({
    code: 3,
    stderr: expect.stringContaining(`error: The artifacts directory ${directory}/artifacts is not writable.`),
  });
});
