import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { pipe } from '../support/pipe.ts';
import { temporaryDirectory } from '../support/temporary.ts';

const directory = temporaryDirectory();

const failing = `name: words
stages:
  good: { uses: shell, with: { command: echo a > a, outputs: { a: a } } }
  bad:
    uses: shell
    with:
      command: |
        printf '::error::not ours\\n\\033[31mred|<b>\\n'
        exit 3
      outputs: { b: b }
`;

function project(text: string) {
  const folder = mkdtempSync(join(directory, 'project-'));
  writeFileSync(join(folder, 'words.yaml'), text);
  const page = join(folder, 'page.md');
  writeFileSync(page, '');
  const environment = { GITHUB_ACTIONS: undefined, GITHUB_STEP_SUMMARY: undefined, GITLAB_CI: undefined, HOME: folder };
  return {
    page,
    run: (ci: Readonly<Record<string, string>>) =>
      pipe(['run', 'words.yaml', '--keep-going'], { directory: folder, environment: { ...environment, ...ci } }),
  };
}

test('on GitHub: a summary for the page, annotations, and folded logs that cannot give commands', async () => {
  const { page, run } = project(failing);
  const { code, stderr } = await run({ GITHUB_ACTIONS: 'true', GITHUB_STEP_SUMMARY: page });
  expect(code).toBe(1);
  const summary = readFileSync(page, 'utf8');
  expect(summary).toContain('### <code>words</code>: failed, 1 ran, 0 reused, 1 failed');
  expect(summary).toMatch(/^\| <code>bad<\/code> \| failed \|/mu);
  expect(stderr).toContain('::error title=stage bad failed::the command ended with exit code 3');
  const [, token, text] =
    /::group::output of bad\n::stop-commands::([0-9a-f]{32})\n([\s\S]*?)::\1::\n::endgroup::/u.exec(stderr)!;
  expect(token).toBeDefined();
  expect(text).toContain('::error::not ours\n');
  expect(text).not.toContain('\u001b');
});

test('on GitHub the page has what the stages measured, and the goal, without markup of theirs', async () => {
  const { page, run } = project(`name: measured
goal: { metric: fit.loss, best: min }
stages:
  fit:
    uses: shell
    with:
      command: |
        printf '{"loss": 0.25, "</pre><b>": 1}' > m.json
      outputs: { m: m.json }
      metrics: { file: m.json }
`);
  const { code, stderr } = await run({ GITHUB_ACTIONS: 'true', GITHUB_STEP_SUMMARY: page });
  expect(code, stderr).toBe(0);
  const summary = readFileSync(page, 'utf8');
  expect(summary).toContain('fit    loss 0.25');
  expect(summary).toContain('goal fit.loss (min): 0.25 by fit</pre>');
  expect(summary).toContain('&lt;/pre>&lt;b>');
  expect(summary.match(/<\/pre>/g)).toHaveLength(1);
});

test('on GitHub a wrong configuration is annotated at its line', async () => {
  const { run } = project('name: words\nstages:\n  a: { uses: shel }\n');
  const { code, stderr } = await run({ GITHUB_ACTIONS: 'true' });
  expect(code).toBe(2);
  expect(stderr).toMatch(/^::error title=pipe,file=words\.yaml,line=3,col=\d+::/mu);
});

test('on GitLab logs are folded', async () => {
  const { run } = project(failing);
  const { stderr } = await run({ GITLAB_CI: 'true' });
  const [, begin] = /(section_start:\d+:log_[0-9a-f]{32}\[collapsed=true\])/u.exec(stderr)!;
  expect(stderr).toContain(`\u001b[0K${begin}\r\u001b[0Koutput of bad\n`);
  expect(stderr).not.toContain('::error title');
});

test('elsewhere nothing of this is printed', async () => {
  const { run } = project(failing);
  const { stdout, stderr } = await run({});
  expect(stdout + stderr).not.toMatch(/::group::|section_start|::error title/u);
});
