import { runProgram } from './program.ts';

process.exitCode = await runProgram({
  arguments: process.argv.slice(2),
  environment: process.env,
  directory: process.cwd(),
  stdout: process.stdout,
  stderr: process.stderr,
  stdin: process.stdin,
});
