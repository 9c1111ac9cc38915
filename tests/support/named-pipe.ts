import { spawnSync } from 'node:child_process';

/** Makes a named pipe, which keeps whoever opens it for reading waiting for ever; or says why none can be made. */
export function makePipe(path: string): string | undefined {
  const { status, stderr } = spawnSync('sh', ['-c', 'mkfifo "$0"', path], { encoding: 'utf8' });
  return status === 0 ? undefined : `no named pipe can be made here: ${stderr.trim()}`;
}
