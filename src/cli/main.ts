import { constants } from 'node:os';
import { runProgram } from './program.ts';

// Neither stores nor caches are ever writable for everybody, whatever the shell's umask; what stages start has the same.
process.umask(process.umask() | 0o002);

/** A run is worth more than what it says of itself: it goes on although nobody reads that. */
const outlivesItsReader = process.argv[2] === 'run';

// Whoever read the output is gone (`pipe runs | head -1`): end as programs do that a closed pipe kills.
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE' && error.code !== 'ERR_STREAM_DESTROYED') return ignoreClosedTerminal(error);
    if (!outlivesItsReader) process.exit(128 + constants.signals.SIGPIPE);
  });
}

/** SIGHUP told the run to stop: what it still says, nobody sees. */
function ignoreClosedTerminal(error: NodeJS.ErrnoException): void {
  if (error.code === 'EIO') return;
  // A full disk under a redirection, for instance; of standard error nobody can be told.
  if (process.stderr.writable) process.stderr.write(`error: the output cannot be written: ${error.message}\n`);
  process.exit(3);
}

void runProgram({
  arguments: process.argv.slice(2),
  environment: process.env,
  directory: process.cwd(),
  stdout: process.stdout,
  stderr: process.stderr,
  stdin: () => process.stdin,
}).then((exitCode) => {
  process.exitCode = exitCode;
});
