import { cpSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, expect, test } from 'vitest';
import { newUser } from '../support/installation.ts';
import { temporaryDirectory } from '../support/temporary.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const directory = temporaryDirectory();
const [project, home, programs] = ['project', 'home', 'programs'].map((name) => join(directory, name)) as [
  string,
  string,
  string,
];
const help = (command: string) => `(run ${command} keys --help for more)\n`;

/** What `npm install pipe-ml` makes of a project. */
beforeAll(() => {
  const installed = join(project, 'node_modules/pipe-ml');
  for (const folder of [installed, join(project, 'node_modules/.bin'), programs])
    mkdirSync(folder, { recursive: true });
  for (const name of ['bin', 'package.json']) cpSync(join(root, name), join(installed, name), { recursive: true });
  cpSync(join(root, 'dist'), join(installed, 'dist'), { recursive: true, filter: (name) => !name.endsWith('.map') });
  for (const folder of [join(project, 'node_modules/.bin'), programs])
    symlinkSync(join(installed, 'bin/pipe.cjs'), join(folder, 'pipe'));
  writeFileSync(join(project, 'package.json'), JSON.stringify({ scripts: { keys: 'pipe keys' } }));
});

test('hints name the command with npx, for a user of npx or of a script of npm', () => {
  const shell = newUser(project, home);
  expect(shell('npx pipe keys').stderr).toContain(help('npx pipe'));
  expect(shell('npm run keys').stderr).toContain(help('npx pipe'));
  expect(shell('npx pipe keys list').stdout).toBe('yours: none (run npx pipe keys new)\n');
  expect(shell('npx pipe runs').stderr).toContain('hint: `npx pipe run PIPELINE` creates it.');
  expect(shell('npx pipe rnu').stderr).toContain('(run npx pipe --help for more)\n');
  const stages = { a: { uses: 'shell', with: { command: 'no-such-program', outputs: { o: 'o' } } } };
  writeFileSync(join(project, 'p.yaml'), JSON.stringify({ name: 'p', stages }));
  const { stdout } = shell('npx pipe run p.yaml');
  expect(stdout).toContain('(`npx pipe shell` opens its folder)');
  expect(stdout).toContain("next: npx pipe logs 'a' for what it wrote, npx pipe show");
});

test('so do warnings, the line for a colleague, and what continues a run', () => {
  const shell = newUser(project, home);
  expect(shell('npx pipe keys new').stdout).toMatch(/^npx pipe keys trust /u);
  // The parent of the parent of a command is pipe.
  const command = "kill -9 $(cut -d ' ' -f 4 /proc/$PPID/stat)";
  const stages = {
    a: { uses: 'shell', with: { command: 'echo 1 > o', outputs: { o: 'o' } } },
    b: {
      uses: 'shell',
      needs: { o: 'a.o' },
      contain: false,
      with: { command, inputs: { o: 'i' }, outputs: { o: 'o' } },
    },
  };
  writeFileSync(join(project, 'q.yaml'), JSON.stringify({ name: 'q', stages }));
  const again = '`npx pipe push` tries again; if you typed --remote, repeat it there.';
  expect(shell('npx pipe run q.yaml --target a --remote ./nowhere').stdout).toContain(again);
  expect(shell('npx pipe push --remote ./nowhere').stderr).toContain(again);
  shell('npx pipe run q.yaml');
  expect(shell('npx pipe show last').stdout).toContain('To continue, type `npx pipe run q.yaml`');
});

test('hints name the command alone if it is on the PATH, or npm did not start it', () => {
  expect(newUser(project, home, programs)('npx pipe keys').stderr).toContain(help('pipe'));
  expect(newUser(project, home)('node_modules/.bin/pipe keys').stderr).toContain(help('pipe'));
});
