import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** Before the tests: bundles, because worker threads and processes are started from `dist`, and sets up TensorFlow if it is missing. */
export default function setup(): void {
  const run = (...arguments_: string[]) => execFileSync(process.execPath, arguments_, { cwd: root, stdio: 'inherit' });
  run('scripts/vendor-packages.mjs');
  run('scripts/build.mjs');
  run('bin/pipe.cjs', 'setup');
}
