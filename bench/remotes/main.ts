// Compares uploads to and downloads from shared caches with curl and Amazon's command line, on the same server.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { positiveInteger } from '../../src/cli/options.ts';
import { programPath, startNginx, startVersitygw } from '../../tests/remotes/servers.ts';
import { hold } from '../engine/trial.ts';
import { describeMachine, headLine } from '../machine.ts';
import { benchCommand, Choice, jsonOption, onlyOption } from '../options.ts';
import { type Outcome, type Skipped, toLine, toMarkdown } from '../outcome.ts';
import { setUpAws } from './aws.ts';
import { Desk } from './desk.ts';
import { awsS3, curl } from './peer.ts';
import { idleRow, large, many, type RemoteRow, transferRows } from './rows.ts';

interface Options {
  readonly json?: string;
  readonly markdown: boolean;
  readonly only?: RegExp;
  readonly rounds: number;
}

const options = benchCommand(
  'bench:remotes',
  'Compare shared caches with curl and `aws s3 cp` on the same server, side by side.',
)
  .addOption(jsonOption('rows'))
  .option('--markdown', 'print a Markdown table at the end', false)
  .addOption(onlyOption())
  .option('--rounds <n>', 'how often each does what is timed', positiveInteger, 5)
  .parse()
  .opts<Options>();

const machine = describeMachine(false);
const choice = new Choice(options.only);
const folder = mkdtempSync(join(tmpdir(), 'pipe-bench-'));
const outcomes: Outcome[] = [];
const skipped: Skipped[] = [];
console.log(`${headLine(machine)}\n`);

const programs = {
  nginx: programPath('nginx', ['/usr/sbin']),
  versitygw: programPath('versitygw', [join(homedir(), 'go/bin')]),
  curl: programPath('curl'),
};
const aws = await setUpAws();
const nginx = programs.nginx && (await startNginx(programs.nginx, folder));
const versitygw = programs.versitygw && (await startVersitygw(programs.versitygw, folder, ['--keep-alive']));
try {
  const desk = new Desk(folder, versitygw ? { AWS_ENDPOINT_URL_S3: versitygw.url.href } : {});
  const overHttp = nginx && programs.curl ? curl(programs.curl, nginx) : undefined;
  const overS3 = versitygw && 'program' in aws ? awsS3(aws.program, versitygw) : undefined;
  const rows: readonly RemoteRow[] = [
    ...(overHttp ? transferRows(desk, overHttp, large) : []),
    ...(overS3 ? [...transferRows(desk, overS3, large), ...transferRows(desk, overS3, many)] : []),
    ...(overHttp ? [idleRow(desk, overHttp)] : []),
  ];
  for (const { trial } of rows.filter(({ what, against }) => choice.has(what, against))) {
    for (const outcome of hold({ ...trial(), rounds: options.rounds })) {
      outcomes.push(outcome);
      console.log(toLine(outcome));
    }
  }
  const missing = Object.entries(programs).flatMap(([name, path]) => (path ? [] : [[name, 'it is not installed']]));
  for (const [name, reason] of [...missing, ...('missing' in aws ? [['aws', aws.missing]] : [])]) {
    skipped.push({ row: { what: 'what needs it', against: name! }, reason: reason! });
    console.log(`what needs ${name} is skipped, for ${reason}`);
  }
} finally {
  for (const server of [nginx, versitygw]) await (server || undefined)?.close();
  rmSync(folder, { recursive: true, force: true });
}
choice.requireSome();
console.log(`\nNode.js ${process.versions.node}; ${Math.round(performance.now() / 1e3)} s`);
if (options.markdown) console.log(`\n${toMarkdown(outcomes)}`);
if (options.json) {
  const skips = skipped.map(({ row, reason }) => ({ ...row, reason }));
  writeFileSync(options.json, `${JSON.stringify({ machine, rows: outcomes, skipped: skips }, null, 2)}\n`);
}
