import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, chownSync, existsSync, mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeEach, describe, expect, test } from 'vitest';
import { freshDirectory } from '../support/fresh-store.ts';
import { until } from '../support/until.ts';

const command = fileURLToPath(new URL('../../bin/pipe.cjs', import.meta.url));
/** Two users and their group; the kernel needs no account for an id. */
const [ANN, BEN, TEAM] = [61_001, 61_002, 61_000];

const pipeline = `name: shared
params: { word: one }
stages:
  write: { uses: shell, with: { command: 'mkdir out; eval "echo $WORD" > out/a', environment: { WORD: "\${params.word}" }, outputs: { out: out/ } } }
  read: { uses: shell, needs: { from: write }, with: { command: cat from/a > copy, inputs: { from: from }, outputs: { copy: copy } } }
`;

/** A store as docs/store.md sets it up for several users: a folder with the set-group-id bit, and a umask of 002. */
function sharedStore(): string {
  const store = freshDirectory();
  chownSync(store, ANN, TEAM);
  chmodSync(store, 0o2775);
  return store;
}

/** How a user of the team starts `pipe`, each time in a new project. */
function asUser(user: number, store: string, words: readonly string[]) {
  const directory = join(freshDirectory(), 'project');
  mkdirSync(directory);
  chmodSync(join(directory, '..'), 0o755);
  writeFileSync(join(directory, 'p.yaml'), pipeline);
  chownSync(directory, user, TEAM);
  return {
    words: ['-c', 'umask 002; exec "$0" "$@"', process.execPath, command, ...words, '--artifacts', store, '--json'],
    options: { cwd: directory, env: { ...process.env, HOME: directory }, uid: user, gid: TEAM },
  };
}

function pipeAs(user: number, store: string, typed: readonly string[]) {
  const { words, options } = asUser(user, store, typed);
  const { status, stdout, stderr } = spawnSync('sh', words, { ...options, encoding: 'utf8' });
  return {
    status,
    stderr,
    answer: stdout === '' ? undefined : (JSON.parse(stdout) as Readonly<Record<string, unknown>>),
  };
}

describe('a store that two users share', () => {
  beforeEach((context) => {
    if (process.getuid?.() !== 0) context.skip('only root can run a test as two users');
  });

  test('gives each the results of the other, and notes their use', () => {
    const store = sharedStore();
    expect(pipeAs(ANN, store, ['run', 'p.yaml'])).toMatchObject({ status: 0, answer: { ran: 2 } });
    const record = someRecord(store);
    const before = statSync(record).mtimeMs;
    expect(pipeAs(BEN, store, ['run', 'p.yaml'])).toMatchObject({ status: 0, answer: { hits: 2 } });
    expect(statSync(record).mtimeMs).toBeGreaterThan(before);
    expect(pipeAs(BEN, store, ['run', 'p.yaml', '--set', 'params.word=two'])).toMatchObject({ answer: { ran: 2 } });
    expect(pipeAs(ANN, store, ['run', 'p.yaml', '--set', 'params.word=two'])).toMatchObject({ answer: { hits: 2 } });
    expect(pipeAs(BEN, store, ['verify'])).toMatchObject({ status: 0, answer: { records: 4, refusedRecords: [] } });
  });

  test('lets each remove what the other computed', () => {
    const store = sharedStore();
    pipeAs(ANN, store, ['run', 'p.yaml']);
    pipeAs(BEN, store, ['run', 'p.yaml', '--set', 'params.word=two']);
    const gc = pipeAs(BEN, store, ['gc', 'p.yaml', '--set', 'params.word=three', '--yes']);
    expect(gc.stderr).toBe('');
    expect(gc).toMatchObject({ status: 0, answer: { objects: 4 } });
    expect(pipeAs(ANN, store, ['verify'])).toMatchObject({ answer: { records: 0 } });
  });

  test('lets each see that the other is at work, and remove what a killed process left', async () => {
    const store = sharedStore();
    pipeAs(ANN, store, ['run', 'p.yaml']);
    const { words, options } = asUser(ANN, store, ['run', 'p.yaml', '--set', 'params.word=$(sleep 600)']);
    const working = spawn('sh', words, { ...options, detached: true, stdio: 'ignore' });
    const sessions = () => readdirSync(join(store, 'tmp'));
    await until(() => sessions().find((name) => existsSync(join(store, 'tmp', name, 'holder.json'))));
    expect(pipeAs(BEN, store, ['run', 'p.yaml'])).toMatchObject({ status: 0, answer: { hits: 2 } });
    expect(sessions()).toHaveLength(1);
    const ended = once(working, 'exit');
    process.kill(-working.pid!, 'SIGKILL');
    await ended;
    expect(pipeAs(BEN, store, ['run', 'p.yaml'])).toMatchObject({ status: 0, answer: { hits: 2 } });
    expect(sessions()).toEqual([]);
  });
});

/** One of the records. */
function someRecord(store: string): string {
  const records = join(store, 'records');
  const [shard = ''] = readdirSync(records);
  const [name = ''] = readdirSync(join(records, shard)).filter((each) => each.endsWith('.json'));
  return join(records, shard, name);
}
