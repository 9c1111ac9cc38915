// Compares pipe with other pipeline tools: their speed, or their behaviour in awkward cases.
import { randomFillSync } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { positiveInteger } from '../../src/cli/options.ts';
import { cacheDirectory } from '../../src/compute/location.ts';
import { describeMachine, headLine } from '../machine.ts';
import { benchCommand, Choice, jsonOption, onlyOption } from '../options.ts';
import { type Outcome, type Skipped, toLine, toMarkdown } from '../outcome.ts';
import { compareHashing } from './hashing.ts';
import { setUpPeers } from './peers.ts';
import { probeAll, probesToMarkdown } from './probes.ts';
import { type Bench, compareSizes, compareWithPeers } from './scenario.ts';
import { chain, fan, largeInput } from './stage.ts';
import { peers as tools } from './tools/index.ts';

interface Options {
  readonly json?: string;
  readonly markdown: boolean;
  readonly only?: RegExp;
  readonly peers: string;
  readonly probes: boolean;
  readonly rounds?: number;
}

const options = benchCommand(
  'bench:engine',
  'Compare this program with make, Turborepo, Nx, wireit, DVC and Snakemake, side by side.',
)
  .addOption(jsonOption('rows'))
  .option('--markdown', 'print a Markdown table at the end', false)
  .addOption(onlyOption())
  .option('--peers <folder>', 'where the others are installed, once', cacheDirectory(process.env))
  .option('--rounds <n>', 'how often each does what is timed', positiveInteger)
  .option('--probes', 'ask each what it does in awkward cases, instead of timing it', false)
  .parse()
  .opts<Options>();

const choice = new Choice(options.only);
const machine = describeMachine(false);
const peers = await setUpPeers(resolve(options.peers));
const folder = mkdtempSync(join(tmpdir(), 'pipe-bench-'));
const outcomes: Outcome[] = [];
const skipped: Skipped[] = [];
console.log(`${headLine(machine)}\n`);

const bench: Bench = {
  peers,
  folder,
  large: randomFillSync(new Uint8Array(largeInput.bytes)),
  ...(options.rounds !== undefined && { rounds: options.rounds }),
  wanted: (what, against) => choice.has(what, against),
  onOutcome(outcome) {
    outcomes.push(outcome);
    console.log(toLine(outcome));
  },
  onSkipped(what, against, reason) {
    skipped.push({ row: { what, against }, reason });
    console.log(`${what}\n  against ${against}: skipped, for ${reason}`);
  },
};

try {
  if (options.probes) {
    const answers = await probeAll(tools, bench);
    if (!choice.hasNone) console.log(probesToMarkdown(answers));
    if (options.json && !choice.hasNone)
      writeFileSync(options.json, `${JSON.stringify({ machine, probes: answers }, null, 2)}\n`);
  } else {
    await timeAll();
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
choice.requireSome();

async function timeAll(): Promise<void> {
  compareWithPeers(bench, chain, tools, { runs: 2, withNode: true });
  compareWithPeers(bench, fan(200), tools, { runs: 200, withNode: false });
  compareSizes(bench, fan(2000), fan(200), 10);
  const [what, against] = ['sha256 of a file of 512 MiB', 'openssl dgst -sha256'];
  if (bench.wanted(what, against)) bench.onOutcome(await compareHashing(folder, what, against));

  if (choice.hasNone) return;
  const versions = { 'Node.js': process.versions.node, ...peers.versions };
  const named = Object.entries(versions).map((entry) => entry.join(' '));
  console.log(`\n${named.join(', ')}; ${Math.round(performance.now() / 1e3)} s`);
  if (options.markdown) console.log(`\n${toMarkdown(outcomes)}`);
  if (options.json) {
    const skips = skipped.map(({ row, reason }) => ({ ...row, reason }));
    const report = { machine, versions, rows: outcomes, skipped: skips };
    writeFileSync(options.json, `${JSON.stringify(report, null, 2)}\n`);
  }
}
