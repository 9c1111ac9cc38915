import { randomUUID } from 'node:crypto';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, onTestFinished } from 'vitest';
import { openRemote, type RemoteSettings } from '../../src/remote/open-remote.ts';
import type { Remote } from '../../src/remote/remote.ts';
import {
  programPath,
  type RealServer,
  s3Environment,
  startBazelRemote,
  startNginx,
  startVersitygw,
} from './servers.ts';

/** An empty shared cache, and the actions of somebody with access to its disk. */
export interface Cache {
  /** How a project file names it. */
  readonly settings: Settings;
  /** What a command needs to use it. */
  readonly environment: Readonly<Record<string, string>>;
  /** Another client of it; closed when the test ends. */
  open(): Remote;
  /** Overwrites an object, bypassing the server. */
  overwrite(digest: string, content: Buffer): void;
  /** Removes an object, bypassing the server. */
  remove(digest: string): void;
}

type Settings = Pick<RemoteSettings, 'url'> & Partial<Pick<RemoteSettings, 'records'>>;

/** Declares tests for each kind of shared cache, or reports why one is skipped. */
export function describeCaches(directory: string, tests: (freshCache: () => Promise<Cache>) => void): void {
  describe('a folder', () => {
    tests(async () => {
      const folder = mkdtempSync(join(directory, 'folder-'));
      return cacheIn(folder, { url: folder });
    });
  });
  describeServer(
    directory,
    'nginx with WebDAV',
    nginx,
    startNginx,
    (server) => {
      const place = randomUUID();
      return cacheIn(join(server.folder, 'data', place), { url: new URL(place, server.url).href });
    },
    tests,
  );
  describeServer(
    directory,
    'S3, by versitygw',
    versitygw,
    startVersitygw,
    (server) => {
      const place = randomUUID();
      const environment = { ...s3Environment, AWS_ENDPOINT_URL_S3: server.url.href };
      return cacheIn(join(server.folder, 'cache', place), { url: `s3://cache/${place}` }, environment);
    },
    tests,
  );
  describe.skipIf(!bazelRemote)('bazel-remote', () => {
    tests(async () => {
      // One for each cache: its objects are common to all paths.
      const server = await startBazelRemote(bazelRemote as string, directory);
      onTestFinished(() => server.close());
      return cacheIn(server.folder, { url: server.url.href, records: 'action-result' });
    });
  });
}

function describeServer(
  directory: string,
  name: string,
  program: string | undefined,
  start: (program: string, directory: string) => Promise<RealServer>,
  cacheOn: (server: RealServer) => Cache,
  tests: (freshCache: () => Promise<Cache>) => void,
): void {
  describe.skipIf(!program)(name, () => {
    let server: RealServer;
    beforeAll(async () => {
      server = await start(program as string, directory);
    });
    afterAll(() => server.close());
    tests(async () => cacheOn(server));
  });
}

function cacheIn(folder: string, settings: Settings, environment: Cache['environment'] = {}): Cache {
  const usual = { name: 'test', access: 'read-write', unsigned: true, records: 'plain' } as const;
  return {
    settings,
    environment,
    open: () => {
      const remote = openRemote({ ...usual, ...settings }, environment, '/');
      onTestFinished(() => remote.close());
      return remote;
    },
    overwrite: (digest, content) => writeFileSync(objectIn(folder, digest), content),
    remove: (digest) => rmSync(objectIn(folder, digest)),
  };
}

/** Servers name the file of an object differently, but all names contain its digest. */
function objectIn(folder: string, digest: string): string {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true });
  const file = files.find((entry) => entry.isFile() && entry.name.includes(digest) && entry.parentPath.includes('cas'));
  if (!file) throw new Error(`${folder} has no object ${digest}`);
  return join(file.parentPath, file.name);
}

/** The path of a server's program; if it is missing, prints a warning that tells how to install it. */
function found(name: string, folders: readonly string[], install: string): string | undefined {
  const path = programPath(name, folders);
  if (!path) console.warn(`${name} is not installed: its tests are skipped (${install})`);
  return path;
}

const goFolders = [join(homedir(), 'go/bin')];
const nginx = found('nginx', ['/usr/sbin'], 'apt-get install nginx');
export const versitygw = found('versitygw', goFolders, 'go install github.com/versity/versitygw/cmd/versitygw@v1.8.0');
const bazelRemote = found('bazel-remote', goFolders, 'go install github.com/buchgr/bazel-remote/v2@v2.6.1');
