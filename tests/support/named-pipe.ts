import { spawnSync } from 'node:child_process';

/** Creates a named pipe, which would block its reader for ever; or returns why that is impossible. */
export function makePipe(path: string): string | undefined {
  const { status, stderr } = spawnSync('sh', ['-c', 'mkfifo "$0"', path], { encoding: 'utf8' });
  return status === 0 ? undefined : `no named pipe can be made here: ${stderr.trim()}`;
}
