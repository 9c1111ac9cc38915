import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { newPrivateKey, publicText, signingKeyOf } from '../../src/remote/keys.ts';
import { temporaryDirectory } from '../support/temporary.ts';

const directory = temporaryDirectory();
const page = readFileSync(fileURLToPath(new URL('../../docs/ci.md', import.meta.url)), 'utf8');
const command = fileURLToPath(new URL('../../bin/pipe.cjs', import.meta.url));
const blocks = [...page.matchAll(/```yaml\n([\s\S]*?)```/gu)].map(([, block = '']) => parse(block) as object);

interface GithubWorkflow {
  readonly env: { readonly PIPELINE: string };
  readonly jobs: Readonly<Record<'compute' | 'proof', { readonly steps: readonly { readonly run?: string }[] }>>;
}

interface GitlabWorkflow {
  readonly variables: { readonly PIPELINE: string };
  readonly compute: { readonly script: readonly string[] };
  readonly proof: { readonly script: readonly string[] };
}

const github = blocks.find(
  (block) => 'jobs' in block && 'env' in block && !JSON.stringify(block).includes('actions/cache'),
) as GithubWorkflow;
const gitlab = blocks.find((block) => 'variables' in block) as GitlabWorkflow;

const commandsOf = {
  github: (job: 'compute' | 'proof') => github.jobs[job].steps.flatMap(({ run }) => run ?? []),
  gitlab: (job: 'compute' | 'proof') => gitlab[job].script,
};

const git = (folder: string, ...parameters: readonly string[]) =>
  execFileSync('git', ['-c', 'user.name=a', '-c', 'user.email=a@b', ...parameters], { cwd: folder, stdio: 'pipe' });

/** A repository with a pipeline, a shared cache and a trusted key; and what runs the commands of a job in a new checkout of it. */
function repository(pipelinePath: string) {
  const root = mkdtempSync(join(directory, 'repository-'));
  const [origin, cache, programs] = ['origin', 'cache', 'programs'].map((name) => join(root, name)) as [
    string,
    string,
    string,
  ];
  for (const folder of [join(origin, 'pipelines'), cache, programs]) mkdirSync(folder, { recursive: true });
  // What a package's installation makes of `npx pipe`.
  writeFileSync(join(programs, 'npx'), `#!/bin/sh\nshift\nexec "${process.execPath}" "${command}" "$@"\n`, {
    mode: 0o755,
  });
  const pem = newPrivateKey();
  const key = publicText(signingKeyOf(pem, 'a test'));
  writeFileSync(join(origin, 'pipe.project.yaml'), `remotes:\n  team: { url: ${cache} }\ntrust:\n  ci: ${key}\n`);
  writeFileSync(
    join(origin, pipelinePath),
    'name: words\nstages:\n  count: { uses: shell, with: { command: echo 2 > n, outputs: { n: n } } }\n',
  );
  git(origin, 'init', '-q', '-b', 'main');
  git(origin, 'add', '-A');
  git(origin, 'commit', '-q', '-m', 'one');
  let checkouts = 0;
  const checkout = () => {
    checkouts += 1;
    git(root, 'clone', '-q', origin, `checkout-${checkouts}`);
    return join(root, `checkout-${checkouts}`);
  };
  const run = (commands: readonly string[], folder: string, environment: Readonly<Record<string, string>>) => {
    const home = mkdtempSync(join(root, 'home-'));
    const script = commands.filter((line) => line !== 'npm ci').join('\n');
    const { status, stdout, stderr } = spawnSync('bash', ['-e', '-o', 'pipefail', '-c', script], {
      cwd: folder,
      encoding: 'utf8',
      env: {
        PATH: `${programs}:${process.env['PATH']}`,
        HOME: home,
        CI: 'true',
        PIPELINE: pipelinePath,
        ...environment,
      },
    });
    return { status, output: stdout + stderr };
  };
  return { origin, checkout, run, pem, pipelinePath };
}

for (const [name, pipelinePath, mergeRequest] of [
  [
    'github',
    github.env.PIPELINE,
    { GITHUB_ACTIONS: 'true', GITHUB_EVENT_NAME: 'pull_request', GITHUB_BASE_REF: 'main' },
  ],
  [
    'gitlab',
    gitlab.variables.PIPELINE,
    { GITLAB_CI: 'true', CI_MERGE_REQUEST_IID: '1', CI_MERGE_REQUEST_TARGET_BRANCH_NAME: 'main' },
  ],
] as const) {
  test(`the jobs for ${name}: main computes and signs, a request proves, and cannot say whom to believe`, () => {
    const { checkout, run, pem } = repository(pipelinePath);
    const proof = commandsOf[name]('proof');
    const early = run(proof, checkout(), mergeRequest);
    expect(early.status, early.output).toBe(1);
    const computed = run(commandsOf[name]('compute'), checkout(), { PIPE_SIGNING_KEY: pem });
    expect(computed.status, computed.output).toBe(0);
    const proved = run(proof, checkout(), mergeRequest);
    expect(proved.status, proved.output).toBe(0);
    expect(proved.output).toContain('0 ran, 1 reused');

    // A request that changes the numbers, and whom it believes, proves nothing.
    const forged = checkout();
    writeFileSync(
      join(forged, pipelinePath),
      readFileSync(join(forged, pipelinePath), 'utf8').replace('echo 2', 'echo 3'),
    );
    writeFileSync(join(forged, 'pipe.project.yaml'), 'remotes:\n  mine: { url: forged, unsigned: true }\n');
    mkdirSync(join(forged, 'forged'));
    const computedThere = run([`npx pipe run ${pipelinePath} --remote forged --json`], forged, {});
    expect(computedThere.status, computedThere.output).toBe(0);
    const clean = run(['rm -rf artifacts', ...proof], forged, mergeRequest);
    expect(clean.status, clean.output).toBe(1);
  });
}
