import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { freePort } from '../support/free-port.ts';

/** A real server on the loopback address, of a program that is installed on this machine. */
export interface RealServer {
  readonly url: URL;
  /** The folder of its data. */
  readonly folder: string;
  close(): Promise<void>;
}

/** The path of a program; undefined if it is not installed, or cannot be started. */
export function programPath(name: string, folders: readonly string[] = []): string | undefined {
  for (const candidate of [name, ...folders.map((folder) => join(folder, name))]) {
    try {
      execFileSync(candidate, ['-h'], { stdio: 'ignore' });
      return candidate;
    } catch {
      // Not there; the next one may be.
    }
  }
  return undefined;
}

/** nginx with its WebDAV module: it stores what is put, and ignores conditions. */
export async function startNginx(program: string, directory: string): Promise<RealServer> {
  const folder = mkdtempSync(join(directory, 'nginx-'));
  for (const name of ['data', 'temp']) mkdirSync(join(folder, name));
  const port = await freePort();
  const temporary = ['proxy', 'fastcgi', 'uwsgi', 'scgi'].map((name) => `${name}_temp_path ${folder}/temp/${name};`);
  const config = `
    daemon off; master_process off; pid ${folder}/pid; error_log ${folder}/error.log;
    events { worker_connections 256; }
    http {
      access_log off; ${temporary.join(' ')}
      client_body_temp_path ${folder}/temp/body;
      client_max_body_size 0;
      server {
        listen 127.0.0.1:${port};
        root ${folder}/data;
        location / { dav_methods PUT; create_full_put_path on; }
      }
    }`;
  writeFileSync(join(folder, 'nginx.conf'), config);
  return start(program, ['-p', folder, '-c', join(folder, 'nginx.conf'), '-e', `${folder}/error.log`], port, folder);
}

/** An S3 server with an empty bucket `cache`, over a folder. @param parameters in addition to the usual ones. */
export async function startVersitygw(
  program: string,
  directory: string,
  parameters: readonly string[] = [],
): Promise<RealServer> {
  const folder = mkdtempSync(join(directory, 'versitygw-'));
  mkdirSync(join(folder, 'cache'));
  const port = await freePort();
  const keys = ['--access', s3Environment.AWS_ACCESS_KEY_ID, '--secret', s3Environment.AWS_SECRET_ACCESS_KEY];
  return start(
    program,
    [...keys, '--port', `127.0.0.1:${port}`, '--quiet', ...parameters, 'posix', folder],
    port,
    folder,
  );
}

/** bazel-remote, which takes below `/ac` what is an ActionResult, and below `/cas` what has the digest of its name. */
export async function startBazelRemote(program: string, directory: string): Promise<RealServer> {
  const folder = mkdtempSync(join(directory, 'bazel-remote-'));
  const port = await freePort();
  const listen = ['--http_address', `127.0.0.1:${port}`, '--grpc_address', 'none'];
  return start(
    program,
    ['--dir', folder, '--max_size', '1', '--storage_mode', 'uncompressed', ...listen],
    port,
    folder,
  );
}

/** Credentials of the S3 server, as environment variables. */
export const s3Environment = { AWS_ACCESS_KEY_ID: 'user', AWS_SECRET_ACCESS_KEY: 'password', AWS_REGION: 'us-east-1' };

async function start(
  program: string,
  parameters: readonly string[],
  port: number,
  folder: string,
): Promise<RealServer> {
  const child = spawn(program, parameters, { stdio: ['ignore', 'ignore', 'pipe'] });
  const said: Buffer[] = [];
  child.stderr.on('data', (text: Buffer) => said.push(text));
  const url = new URL(`http://127.0.0.1:${port}/`);
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  await answers(url, child, said);
  return {
    url,
    folder,
    close: () => {
      child.kill();
      return exited;
    },
  };
}

async function answers(url: URL, child: ChildProcess, said: readonly Buffer[]): Promise<void> {
  for (;;) {
    try {
      await fetch(url, { method: 'HEAD' });
      return;
    } catch {
      if (child.exitCode !== null) throw new Error(`the server did not start: ${Buffer.concat(said).toString()}`);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }
}
