import { execFile } from 'node:child_process';
import { copyFile, cp, mkdir, readFile, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { beforeAll, expect, test } from 'vitest';
import { parse } from 'yaml';
import { temporaryDirectory } from '../support/temporary.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const directory = temporaryDirectory();
const execute = promisify(execFile);

interface Workflow {
  readonly jobs: Readonly<Record<string, { readonly steps: readonly { readonly run?: string }[] }>>;
}

let fresh: readonly string[];
let compute: readonly string[];

/** The commands of a workflow but `npm ci`, whose work the test's own checkout has done. */
function commandsOf(workflow: Workflow): readonly string[] {
  const commands = Object.values(workflow.jobs).flatMap(({ steps }) => steps.map(({ run }) => run));
  return commands.filter((command) => command !== undefined).filter((command) => command !== 'npm ci');
}

const shell = (command: string) =>
  execute('/bin/sh', ['-c', command], { cwd: directory, env: { ...process.env, CIFAR10_DIR: undefined } });

beforeAll(async () => {
  const page = await readFile(join(root, 'docs/ci.md'), 'utf8');
  const workflows = [...page.matchAll(/```yaml\n(.*?)```/gs)].map(([, text]) => parse(text as string) as Workflow);
  [fresh, compute] = workflows.map(commandsOf) as [readonly string[], readonly string[]];
  await cp(join(root, 'pipelines'), join(directory, 'pipelines'), { recursive: true });
  await copyFile(join(root, 'tests/fixtures/tiny.yaml'), join(directory, 'pipelines/overlays/quick.yaml'));
  await mkdir(join(directory, 'node_modules/.bin'), { recursive: true });
  await symlink(join(root, 'bin/pipe.mjs'), join(directory, 'node_modules/.bin/pipe'));
});

test('the page holds the two workflows', () => {
  expect(fresh).toHaveLength(1);
  expect(compute).toHaveLength(3);
});

test('before anything is computed, the check fails and names what is stale', async () => {
  const failure = await shell(fresh[0]!).catch((error: { code: number; stderr: string }) => error);
  expect(failure).toMatchObject({ code: 1, stderr: expect.stringContaining('teacher') });
});

test('the compute workflow runs, and then the check passes', async () => {
  for (const command of compute) await shell(command);
  expect((await shell(fresh[0]!)).stdout).toContain('8 reused');
});
