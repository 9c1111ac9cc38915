// Compares uploads to and downloads from shared caches with curl and Amazon's command line, on the same server.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { positiveInteger } from '../../src/cli/options.ts';
import { programPath, startNginx, startVersitygw } from '../../tests/remotes/servers.ts';
import { hold } from '../engine/trial.ts';
import { describeMachine, headLine } from '../machine.ts';
import { benchCommand, chosenBy, jsonOption, onlyOption } from '../options.ts';
import { type Outcome, type Skipped, toLine, toMarkdown } from '../outcome.ts';
import { setUpAws } from './aws.ts';
import { Desk } from './desk.ts';
import { awsS3, curl, type Peer, type PeerName } from './peer.ts';
import { rows } from './rows.ts';

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

const wanted = chosenBy(options.only, rows);
const machine = describeMachine(false);
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
  const peers: Readonly<Record<PeerName, Peer | undefined>> = {
    curl: nginx && programs.curl ? curl(programs.curl, nginx) : undefined,
    'aws s3 cp': versitygw && 'program' in aws ? awsS3(aws.program, versitygw) : undefined,
  };
  for (const { what, peer: name, trial } of rows.filter((row) => wanted(row.what, row.against))) {
    const peer = peers[name];
    if (!peer) continue;
    for (const outcome of hold({ what, ...trial(desk, peer), rounds: options.rounds })) {
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
console.log(`\nNode.js ${process.versions.node}; ${Math.round(performance.now() / 1e3)} s`);
if (options.markdown) console.log(`\n${toMarkdown(outcomes)}`);
if (options.json) {
  const skips = skipped.map(({ row, reason }) => ({ ...row, reason }));
  writeFileSync(options.json, `${JSON.stringify({ machine, rows: outcomes, skipped: skips }, null, 2)}\n`);
}
