import { execFileSync } from 'node:child_process';
import {
  appendFileSync,
  chmodSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { type Outcome, pipe } from '../support/pipe.ts';
import { temporaryDirectory } from '../support/temporary.ts';

const directory = temporaryDirectory();

const pipeline = `name: words
stages:
  count:
    uses: shell
    with:
      command: |
        echo hello world > words.txt
        mkdir d
        wc -w < words.txt > d/count
      outputs: { words: words.txt, d: d/ }
  twice:
    uses: shell
    needs: { d: count.d }
    with:
      command: cat in/count in/count > two.txt
      inputs: { d: in }
      outputs: { two: two.txt }
`;

/** Runs `pipe` as one user on one machine, with nothing but the given variables. */
function as(home: string, folder: string, environment: Readonly<Record<string, string>> = {}) {
  const { PATH, HOME, XDG_CACHE_HOME } = process.env;
  const cache = XDG_CACHE_HOME ?? join(HOME ?? '', '.cache');
  return (...typed: readonly string[]): Promise<Outcome> =>
    pipe(typed, {
      directory: folder,
      environment: {
        PATH,
        HOME: home,
        XDG_CONFIG_HOME: join(home, '.config'),
        XDG_CACHE_HOME: cache,
        XDG_STATE_HOME: join(home, '.state'),
        GITHUB_EVENT_NAME: undefined,
        CI_MERGE_REQUEST_IID: undefined,
        CI_PIPELINE_SOURCE: undefined,
        PIPE_REMOTE: undefined,
        PIPE_SIGNING_KEY: undefined,
        ...environment,
      },
    });
}

const git = (folder: string, ...parameters: readonly string[]) =>
  execFileSync('git', ['-c', 'user.name=a', '-c', 'user.email=a@b', ...parameters], { cwd: folder, encoding: 'utf8' });

/** A team: a cache, a project that trusts alice and names the cache, and its pipeline, run by alice. */
async function team() {
  const root = mkdtempSync(join(directory, 'team-'));
  const [cache, home, project] = ['cache', 'alice', 'project'].map((name) => join(root, name)) as [
    string,
    string,
    string,
  ];
  for (const folder of [cache, home, project]) mkdirSync(folder);
  git(project, 'init', '-q', '-b', 'main');
  writeFileSync(join(project, 'words.yaml'), pipeline);
  const alice = as(home, project);
  const made = await alice('keys', 'new');
  const key = /ed25519:\S+/u.exec(made.stdout)![0];
  await alice('keys', 'trust', 'alice', key);
  appendFileSync(join(project, 'pipe.project.yaml'), `remotes:\n  team: { url: ${cache} }\n`);
  git(project, 'add', '-A');
  git(project, 'commit', '-q', '-m', 'one');
  /** Another checkout, at another path, of another user. */
  const checkout = (name: string) => {
    const [elsewhere, itsHome] = [join(root, name, 'elsewhere'), join(root, name, 'home')];
    mkdirSync(itsHome, { recursive: true });
    git(root, 'clone', '-q', project, elsewhere);
    return { folder: elsewhere, home: itsHome };
  };
  return { cache, home, project, alice, key, checkout };
}

/** Changes the metrics of every record in the store of a project, and removes the records' own digests; returns their paths. */
function forgeRecords(project: string): readonly string[] {
  const records = join(project, 'artifacts/records');
  const names = readdirSync(records, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.json'));
  return names.map((name) => {
    const { digest, ...record } = JSON.parse(readFileSync(join(records, name), 'utf8')) as Record<string, unknown>;
    writeFileSync(join(records, name), JSON.stringify({ ...record, metrics: { accuracy: 99 } }));
    return join(records, name);
  });
}

const counts = ({ stdout }: Outcome) => {
  const { ran, hits } = JSON.parse(stdout) as { ran: number; hits: number };
  return { ran, hits };
};

describe('a team', () => {
  let ours: Awaited<ReturnType<typeof team>>;
  beforeAll(async () => {
    ours = await team();
    expect(counts(await ours.alice('run', 'words.yaml', '--json'))).toEqual({ ran: 2, hits: 0 });
  });

  test("somebody else's checkout computes nothing, and learns who signed what it reuses", async () => {
    const { folder, home } = ours.checkout('bob');
    const page = join(home, 'summary.md');
    const bob = as(home, folder, { GITHUB_STEP_SUMMARY: page });
    const words = `from ${ours.cache}, signed by alice`;
    expect((await bob('plan', 'words.yaml')).stdout).toContain(words);
    const run = await bob('run', 'words.yaml', '--json');
    expect(counts(run)).toEqual({ ran: 0, hits: 2 });
    expect(run.stderr).toContain(words);
    expect(JSON.parse(run.stdout)).toMatchObject({ stages: [{ from: { address: ours.cache, signer: 'alice' } }, {}] });
    expect(readFileSync(page, 'utf8')).toContain(words);
    expect(readdirSync(join(folder, 'artifacts'))).not.toContain('objects');
    const explained = await bob('explain', 'words.yaml', 'twice');
    expect(explained.stdout).toContain(words);
    const exported = await bob('export', 'words.yaml', 'twice.two', 'out');
    expect(exported).toMatchObject({ code: 0 });
    expect(readFileSync(join(folder, 'out/two.txt'), 'utf8')).toBe('2\n2\n');
  });

  test('a proof needs no store, and with --verify reads every byte', async () => {
    const { folder, home } = ours.checkout('ci');
    const ci = as(home, folder);
    expect(await ci('run', 'words.yaml', '--frozen')).toMatchObject({ code: 0 });
    expect(await ci('run', 'words.yaml', '--frozen', '--verify')).toMatchObject({ code: 0 });
    expect(readdirSync(folder)).not.toContain('artifacts');
  });

  test('a pull request takes no word of its own for whom to believe', async () => {
    const { folder, home } = ours.checkout('pull-request');
    writeFileSync(join(folder, 'pipe.project.yaml'), `remotes:\n  mine: { url: ${ours.cache}, unsigned: true }\n`);
    const ci = as(home, folder, { GITHUB_EVENT_NAME: 'pull_request' });
    const alone = await ci('run', 'words.yaml', '--frozen');
    expect(alone).toMatchObject({ code: 1 });
    expect(alone.stdout + alone.stderr).toContain('name the base branch with --trust-from');
    expect(await ci('run', 'words.yaml', '--frozen', '--trust-from', 'origin/main')).toMatchObject({ code: 0 });
    const queue = as(home, folder, { GITHUB_EVENT_NAME: 'merge_group' });
    expect(await queue('run', 'words.yaml', '--frozen')).toMatchObject({ code: 1 });
    const nowhere = await ci('run', 'words.yaml', '--frozen', '--trust-from', 'origin/nowhere');
    expect(nowhere).toMatchObject({ code: 2 });
    expect(nowhere.stderr).toContain('There is no git revision "origin/nowhere" here.');
  });

  test('a pull request writes nothing, and reads only what it is told to trust, whatever keys the machine has', async () => {
    const { folder } = ours.checkout('own-key');
    writeFileSync(join(folder, 'words.yaml'), pipeline.replace('hello', 'goodbye'));
    const before = readdirSync(join(ours.cache, 'ac'));
    for (const variables of [{ GITHUB_EVENT_NAME: 'pull_request' }, { CI_PIPELINE_SOURCE: 'merge_request_event' }]) {
      const ci = as(ours.home, folder, variables);
      const typed = await ci('run', 'words.yaml', '--remote', ours.cache);
      expect(typed).toMatchObject({ code: 2, stderr: expect.stringContaining('only together with --trust-from') });
      expect(counts(await ci('run', 'words.yaml', '--force', 'count', '--force', 'twice', '--json'))).toMatchObject({
        ran: 2,
      });
      for (const more of [[], ['--trust-from', 'origin/main']]) {
        for (const writes of [['push'], ['remote', 'prune', '--older-than', '1s', '--yes']]) {
          const refused = await ci(...writes, ...more);
          expect(refused).toMatchObject({ code: 2, stderr: expect.stringContaining('does nothing in a pull request') });
        }
      }
    }
    const variable = as(ours.home, folder, { GITHUB_EVENT_NAME: 'pull_request', PIPE_REMOTE: ours.cache });
    expect((await variable('plan', 'words.yaml', '--force', 'count')).code).toBe(0);
    const told = as(ours.home, folder, { GITHUB_EVENT_NAME: 'pull_request' });
    expect(counts(await told('run', 'words.yaml', '--trust-from', 'origin/main', '--json'))).toEqual({
      ran: 1,
      hits: 1,
    });
    expect(readdirSync(join(ours.cache, 'ac'))).toEqual(before);
    // Its own results prove nothing, with or without words about trust.
    expect(await told('run', 'words.yaml', '--frozen')).toMatchObject({ code: 1 });
    expect(await told('run', 'words.yaml', '--frozen', '--trust-from', 'origin/main')).toMatchObject({ code: 1 });
  });

  test('a pull request that commits a store proves nothing by it', async () => {
    const { folder, home } = ours.checkout('forger');
    const author = as(home, folder);
    expect(await author('pull', 'words.yaml')).toMatchObject({ code: 0 });
    const proof = ['run', 'words.yaml', '--frozen', '--verify', '--trust-from', 'origin/main', '--json'] as const;
    const ci = as(home, folder, { GITHUB_EVENT_NAME: 'pull_request' });
    // What was pulled has its envelopes beside it.
    expect((await ci(...proof)).stderr).not.toContain('does not count');
    for (const path of forgeRecords(folder)) expect(readFileSync(path, 'utf8')).toContain('accuracy');
    const { stdout, stderr, code } = await ci(...proof);
    expect({ stdout, stderr, code }).toMatchObject({ code: 0, stdout: expect.not.stringContaining('accuracy') });
    expect(stderr).toMatch(/The record [0-9a-f]{12} of the local store does not count as proof: it differs/u);
    // Without the cache, nothing is left that counts, whether an envelope is there or not.
    expect(await ci(...proof, '--no-remote')).toMatchObject({ code: 1 });
    for (const path of forgeRecords(folder)) rmSync(path.replace('.json', '.dsse'));
    const bare = await ci(...proof, '--no-remote');
    expect(bare).toMatchObject({ code: 1, stderr: expect.stringContaining('it has no signed envelope beside it') });
    // Nor does it help to remove the caches from the project file.
    writeFileSync(join(folder, 'pipe.project.yaml'), '');
    expect((await ci(...proof)).stdout).not.toContain('accuracy');
    // A run computes again what does not count.
    const run = await as(home, folder)('run', 'words.yaml', '--trust-from', 'origin/main', '--no-remote', '--json');
    expect(counts(run)).toEqual({ ran: 2, hits: 0 });
  });

  test('without a key nothing is sent, and without trust nothing is accepted', async () => {
    const { folder, home } = ours.checkout('stranger');
    const stranger = as(home, folder);
    writeFileSync(join(folder, 'pipe.project.yaml'), `remotes:\n  team: { url: ${ours.cache} }\n`);
    const before = readdirSync(join(ours.cache, 'ac'));
    const run = await stranger('run', 'words.yaml', '--json');
    expect(counts(run)).toEqual({ ran: 2, hits: 0 });
    expect(run.stderr).toMatch(/is refused: it is signed by "[0-9a-f]{12}"; trusted keys: none/u);
    expect(readdirSync(join(ours.cache, 'ac'))).toEqual(before);
    const pushed = await stranger('push');
    expect(pushed).toMatchObject({ code: 3 });
    expect(pushed.stderr).toContain('There is no key to sign results with.');
  });

  test.each(['push', 'pull'])(
    'what a %s finds here counts as used, so that nobody collects it meanwhile',
    async (command) => {
      const records = join(ours.project, 'artifacts/records');
      const names = readdirSync(records, { recursive: true, encoding: 'utf8' }).filter((name) =>
        name.endsWith('.json'),
      );
      for (const name of names) utimesSync(join(records, name), 1, 1);
      expect((await ours.alice(command, 'words.yaml')).code).toBe(0);
      expect(names.map((name) => statSync(join(records, name)).mtimeMs === 1000)).toEqual([false, false]);
    },
  );

  test('status says what is there, push sends nothing twice, pull brings all', async () => {
    const { folder, home } = ours.checkout('carol');
    const carol = as(home, folder, {
      PIPE_SIGNING_KEY: readFileSync(join(ours.home, '.config/pipe/signing-key.pem'), 'utf8'),
    });
    expect((await carol('remote', 'status', 'words.yaml')).stdout).toContain('answers, has 2 of 2 results');
    expect((await carol('pull', 'words.yaml')).stdout).toContain('2 of 2 results are here');
    expect((await carol('verify')).code).toBe(0);
    expect((await carol('push')).stdout).toContain('0 sent (0 B), 2 already there');
    const pruned = await carol('remote', 'prune', '--older-than', '1s', 'words.yaml');
    expect(pruned.stdout).toContain('0 results and 0 objects would be removed');
  });
});

test('what was altered in a shared cache is found by a proof, and made again by a run', async () => {
  const { cache, checkout } = await team().then(async (one) => {
    await one.alice('run', 'words.yaml');
    return one;
  });
  for (const name of readdirSync(join(cache, 'cas'))) {
    const path = join(cache, 'cas', name);
    const { size } = statSync(path);
    rmSync(path);
    writeFileSync(path, 'x'.repeat(size));
  }
  const { folder, home } = checkout('bob');
  const bob = as(home, folder);
  expect(await bob('run', 'words.yaml', '--frozen')).toMatchObject({ code: 0 });
  const verified = await bob('run', 'words.yaml', '--frozen', '--verify');
  expect(verified).toMatchObject({ code: 1 });
  expect(verified.stderr).toContain('these results are missing or altered: count, twice');
  const changed = pipeline.replace('cat in/count in/count', 'cat in/count');
  writeFileSync(join(folder, 'words.yaml'), changed);
  expect(counts(await bob('run', 'words.yaml', '--json'))).toEqual({ ran: 2, hits: 0 });
});

test('what is damaged in a shared cache is replaced by push --verify from a store that has it', async () => {
  const { cache, checkout, alice } = await team();
  await alice('run', 'words.yaml');
  const objects = readdirSync(join(cache, 'cas')).map((name) => join(cache, 'cas', name));
  for (const path of objects) {
    chmodSync(path, 0o644);
    truncateSync(path, 1);
  }
  const { folder, home } = checkout('bob');
  const bob = as(home, folder);
  const pulled = await bob('pull', 'words.yaml');
  expect(pulled.stderr).toContain('has another sha256; `pipe push --verify` from a store that has it replaces it.');
  expect((await alice('push')).stdout).toContain('0 sent (0 B), 2 already there');
  const verified = await alice('push', '--verify');
  expect(verified.stdout).toMatch(/results: 2 sent \(\d+ B\), 0 already there/u);
  expect(verified.stdout).not.toContain('(0 B)');
  expect((await alice('push', '--verify')).stdout).toContain('0 sent (0 B), 2 already there');
  expect((await bob('pull', 'words.yaml')).stdout).toContain('2 of 2 results are here');
});

test('push signs only what its user computed, whatever a store says', async () => {
  const { alice, cache, home, project, checkout } = await team();
  expect(await alice('run', 'words.yaml', '--no-remote')).toMatchObject({ code: 0 });
  // Somebody else's store, with its runs, is copied to or shared with bob, who is trusted.
  const { folder, home: his } = checkout('bob');
  const bob = as(his, folder, { PIPE_SIGNING_KEY: readFileSync(join(home, '.config/pipe/signing-key.pem'), 'utf8') });
  cpSync(join(project, 'artifacts'), join(folder, 'artifacts'), { recursive: true });
  const foreign = '2 not sent: neither computed by this user on this machine nor signed';
  expect((await bob('push')).stdout).toContain(foreign);
  // Running there does not make it his, and neither does computing one of the results again.
  expect(counts(await bob('run', 'words.yaml', '--no-remote', '--force', 'twice', '--json'))).toEqual({
    ran: 1,
    hits: 1,
  });
  expect((await bob('push')).stdout).toMatch(/1 sent .*, 1 not sent/u);
  expect(readdirSync(join(cache, 'ac'))).toHaveLength(1);
  // What alice computed is hers to sign, also after the store has moved, unless somebody altered it.
  cpSync(join(project, 'artifacts'), join(project, 'moved'), { recursive: true });
  rmSync(join(project, 'artifacts'), { recursive: true });
  const count = (await alice('push', '--artifacts', 'moved')).stdout;
  expect(count).toMatch(/1 sent .*, 1 already there/u);
  cpSync(join(project, 'moved'), join(project, 'artifacts'), { recursive: true });
  forgeRecords(project);
  rmSync(join(cache, 'ac'), { recursive: true });
  expect((await alice('push')).stdout).toContain(foreign);
});

test('a pull that brings nothing because a cache fails is a failure', async () => {
  const { home, project } = await team();
  const pulling = as(home, project, { AWS_ACCESS_KEY_ID: '', AWS_SECRET_ACCESS_KEY: '' });
  const pulled = await pulling('pull', 'words.yaml', '--remote', 's3://bucket');
  expect(pulled.code).toBe(1);
  expect(pulled.stderr).toContain('warning: The remote s3://bucket failed: There are no credentials');
  expect(pulled.stderr).toContain('hint: the warnings say why; `pipe remote status`');
});

test('of a result that a colleague computed, logs says that its log is not here', async () => {
  const { alice, checkout } = await team();
  await alice('run', 'words.yaml');
  const { folder, home } = checkout('bob');
  const bob = as(home, folder);
  await bob('run', 'words.yaml');
  const here = /^there is no log of count here: run \d{8}-\d{6} computed its result, and is not in this store$/mu;
  expect((await bob('logs', 'count')).stderr).toMatch(here);
});

describe('keys', () => {
  test('are made once, readable by their owner alone, and never printed', async () => {
    const { home, alice } = await team();
    const file = join(home, '.config/pipe/signing-key.pem');
    expect(statSync(file).mode & 0o777).toBe(0o600);
    const again = await alice('keys', 'new');
    expect(again).toMatchObject({ code: 2 });
    expect(again.stderr).toContain('There is a key already');
    for (const { stdout, stderr } of [again, await alice('keys', 'list')]) {
      expect(stdout + stderr).not.toContain('PRIVATE');
    }
  });

  // Node's own recursive mkdir never ends in /proc.
  test.skipIf(process.platform !== 'linux')('whose folder cannot be made end the command with a sentence', async () => {
    const made = await as('/proc/nope', directory, { XDG_CONFIG_HOME: '' })('keys', 'new');
    expect(made).toMatchObject({ code: 3, stdout: '' });
    expect(made.stderr).toMatch(
      /^error: The folder \/proc\/nope\/\.config\/pipe for the private key cannot be created/u,
    );
  });

  test('that are none are refused', async () => {
    const { alice, key } = await team();
    expect((await alice('keys', 'trust', 'bob', 'ed25519:AAAA')).stderr).toContain('This is not a public key.');
    expect((await alice('keys', 'trust', 'bob', key.slice(0, -1))).stderr).toContain('This is not a public key.');
    expect((await alice('keys', 'trust', 'bob')).stderr).toContain('A name and a public key are missing.');
  });
});

test('a URL with a password is refused without being shown', async () => {
  const { alice } = await team();
  const refused = await alice('plan', 'words.yaml', '--remote', 'https://me:s3cret@cache.example/');
  expect(refused).toMatchObject({ code: 2 });
  expect(refused.stderr).toContain('put credentials into environment variables');
  expect(refused.stderr).not.toContain('s3cret');
});
