import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { pipe } from '../support/pipe.ts';
import { temporaryDirectory } from '../support/temporary.ts';

const directory = temporaryDirectory();

/** What `pipe` says of a pipeline of one stage that this module is. */
async function said(
  module: string,
  environment: Readonly<Record<string, string>> = {},
  command: readonly string[] = ['run', 'own.yaml'],
) {
  await writeFile(join(directory, 'own.yaml'), 'name: own\nstages:\n  own: { uses: ./own.mjs }\n');
  await writeFile(join(directory, 'own.mjs'), module);
  const { code, stderr } = await pipe(command, { directory, environment });
  expect(stderr).not.toContain('this is a bug');
  expect(stderr).not.toMatch(/\n\s+at /u);
  return { code, stderr };
}

const stage = `export default {
  summary: 'x', schema: {}, inputs: {}, outputs: { out: { file: 'out', summary: 'x' } },
  async run({ outputs }) { await (await import('node:fs/promises')).writeFile(outputs.out, 'x'); },
};
`;

test.each([
  ['throws', "throw new Error('went wrong');", 'it throws Error: went wrong'],
  ['throws what is no error', 'throw undefined;', 'it throws undefined'],
  [
    'needs what Node lacks',
    "await import('node:' + 'nothing');",
    'it throws Error: No such built-in module: node:nothing',
  ],
  ['lacks an import', "import x from 'not-there';\nexport default x;", 'Could not resolve "not-there"'],
  ['exports nothing', 'export const stage = 1;', 'exports no stage'],
])('a module that %s is a problem where it is named', async (_, module, reason) => {
  const { code, stderr } = await said(module);
  expect(code).toBe(2);
  expect(stderr).toMatch(/^own\.yaml:3:16 {2}the module \.\/own\.mjs /mu);
  expect(stderr).toContain(reason);
});

const full = '/dev/full';
test.skipIf(!existsSync(full))(
  `a full disk under standard output is a sentence${existsSync(full) ? '' : ` (skipped: no ${full})`}`,
  () => {
    const bin = fileURLToPath(new URL('../../bin/pipe.cjs', import.meta.url));
    const { status, stderr } = spawnSync('/bin/sh', ['-c', `"$0" "$1" --help > ${full}`, process.execPath, bin], {
      encoding: 'utf8',
    });
    expect({ status, stderr }).toEqual({
      status: 3,
      stderr: expect.stringMatching(/^error: the output cannot be written: ENOSPC[^\n]*\n$/u),
    });
  },
);

test('TMPDIR that is missing is named, with what to do, by whichever command needs it', async () => {
  const lost = await said(stage, { TMPDIR: '/not/there' });
  expect(lost).toMatchObject({ code: 3, stderr: expect.stringContaining('set TMPDIR to an existing folder') });
  expect((await said(stage)).code).toBe(0);
  const rerun = await said(stage, { TMPDIR: '/not/there' }, ['verify', '--rerun', 'own']);
  expect(rerun).toMatchObject({ code: 3, stderr: expect.stringContaining('set TMPDIR to an existing folder') });
});

test('a pipeline without an end is refused once it is longer than any may be', async () => {
  const { code, stderr } = await pipe(['plan', '/dev/zero'], { directory });
  expect(code).toBe(2);
  expect(stderr).toContain('/dev/zero:1:1  this is not a YAML file');
});
