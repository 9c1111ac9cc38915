import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** Bundles once before the tests: worker threads and processes are started from `dist`. */
export default function setup(): void {
  execFileSync(process.execPath, [fileURLToPath(new URL('../../scripts/build.mjs', import.meta.url))], {
    stdio: 'inherit',
  });
}
