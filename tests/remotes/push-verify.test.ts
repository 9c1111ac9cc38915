import { mkdtempSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { sha256 } from '../../src/disk/sha256.ts';
import { newPrivateKey } from '../../src/remote/keys.ts';
import { pipe } from '../support/pipe.ts';
import { temporaryDirectory } from '../support/temporary.ts';
import { type Cache, describeCaches } from './places.ts';

const directory = temporaryDirectory();

const uses = 'shell';
const pipeline = {
  name: 'words',
  stages: {
    count: {
      uses,
      with: { command: 'mkdir d; echo one > d/a; echo two > d/b; echo 2 > n', outputs: { d: 'd/', n: 'n' } },
    },
    twice: {
      uses,
      needs: { n: 'count.n' },
      with: { command: 'cat n n > nn', inputs: { n: 'n' }, outputs: { nn: 'nn' } },
    },
    other: { uses, with: { command: 'echo other > o', outputs: { o: 'o' } } },
  },
};

/** A project whose results are all in the cache, and what its user types. */
async function pushed({ settings, environment }: Cache) {
  const project = mkdtempSync(join(directory, 'project-'));
  writeFileSync(join(project, 'p.yaml'), JSON.stringify(pipeline));
  writeFileSync(join(project, 'pipe.project.yaml'), JSON.stringify({ remotes: { team: settings } }));
  const variables = { ...environment, PIPE_SIGNING_KEY: newPrivateKey() };
  const typed = async (...words: string[]) => {
    const { code, stdout, stderr } = await pipe(words, { directory: project, environment: variables });
    expect(stderr).not.toContain('warning');
    return { code, stdout };
  };
  expect(await typed('run', 'p.yaml')).toMatchObject({ code: 0 });
  return typed;
}

async function contentOf(cache: Cache, text: string): Promise<string> {
  const chunks: Uint8Array[] = [];
  const state = await cache.open().fetch(sha256(text), async (content) => {
    for await (const chunk of content) chunks.push(chunk);
  });
  return `${state}: ${Buffer.concat(chunks)}`;
}

describeCaches(directory, (freshCache) => {
  test.each([
    ['as many others', 'enO\n'],
    ['fewer', ''],
    ['more', `${'one\n'.repeat(100_000)}`],
  ])('bytes that are wrong (%s), and an object that is missing, are sent again by push --verify', async (_, wrong) => {
    const cache = await freshCache();
    const typed = await pushed(cache);
    cache.overwrite(sha256('one\n'), Buffer.from(wrong));
    cache.remove(sha256('2\n2\n'));
    const verified = await typed('push', '--verify');
    expect(verified).toEqual({ code: 0, stdout: 'results: 2 sent (8 B), 1 already there\n' });
    expect(await Promise.all(['one\n', 'two\n', '2\n2\n'].map((text) => contentOf(cache, text)))).toEqual([
      'fetched: one\n',
      'fetched: two\n',
      'fetched: 2\n2\n',
    ]);
    expect((await typed('push', '--verify')).stdout).toContain('0 sent (0 B), 3 already there');
  });
});
