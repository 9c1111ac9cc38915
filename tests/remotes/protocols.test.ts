import { randomUUID } from 'node:crypto';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe } from 'vitest';
import { openRemote, type RemoteSettings } from '../../src/remote/open-remote.ts';
import type { Remote } from '../../src/remote/remote.ts';
import { remoteContract } from '../contract/remote.ts';
import { temporaryDirectory } from '../support/temporary.ts';
import { programPath, type RealServer, s3Environment, startNginx, startVersitygw } from './servers.ts';

const directory = temporaryDirectory();
const opened: Remote[] = [];

afterEach(() => {
  for (const remote of opened.splice(0)) remote.close();
});

/** A remote in a place of its own on the server. */
function remoteAt(url: string, environment: Readonly<Record<string, string>> = {}): Remote {
  const settings: RemoteSettings = { name: 'test', url, access: 'read-write', unsigned: true, records: 'plain' };
  const remote = openRemote(settings, environment, directory);
  opened.push(remote);
  return remote;
}

const nginx = programPath('nginx', ['/usr/sbin']);
if (!nginx) console.warn('nginx is not installed: its tests are skipped (apt-get install nginx)');

describe.skipIf(!nginx)('nginx with WebDAV', () => {
  let server: RealServer;
  beforeAll(async () => {
    server = await startNginx(nginx as string, directory);
  });
  afterAll(() => server.close());
  remoteContract(async () => remoteAt(new URL(randomUUID(), server.url).href));
});

const versitygw = programPath('versitygw', [join(homedir(), 'go/bin')]);
if (!versitygw) {
  console.warn(
    'versitygw is not installed: the tests of S3 are skipped (go install github.com/versity/versitygw/cmd/versitygw@v1.8.0)',
  );
}

describe.skipIf(!versitygw)('S3, by versitygw', () => {
  let server: RealServer;
  beforeAll(async () => {
    server = await startVersitygw(versitygw as string, directory);
  });
  afterAll(() => server.close());
  remoteContract(async () =>
    remoteAt(`s3://cache/${randomUUID()}`, { ...s3Environment, AWS_ENDPOINT_URL_S3: server.url.href }),
  );
});
