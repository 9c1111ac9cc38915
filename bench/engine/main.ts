// Compares pipe with other pipeline tools: their speed, or their behaviour in awkward cases.
import { randomFillSync } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { positiveInteger } from '../../src/cli/options.ts';
import { cacheDirectory } from '../../src/compute/location.ts';
import { describeMachine, headLine } from '../machine.ts';
import { benchCommand, chosenBy, jsonOption, onlyOption } from '../options.ts';
import { type Outcome, type Skipped, toLine, toMarkdown } from '../outcome.ts';
import { compareHashing } from './hashing.ts';
import { setUpPeers } from './peers.ts';
import { probeAll, probeRows, probesToMarkdown } from './probes.ts';
import { type Bench, compareSizes, compareWithPeers, rowsOfSizes, rowsWithPeers } from './scenario.ts';
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

const scenarios = [
  { pipeline: chain, tools, runs: 2, withNode: true },
  { pipeline: fan(200), tools, runs: 200, withNode: false },
];
const sizes = { large: fan(2000), small: fan(200) };
const hashing = { what: 'sha256 of a file of 512 MiB', against: 'openssl dgst -sha256' };
const timed = [...scenarios.flatMap(rowsWithPeers), ...rowsOfSizes(sizes), hashing];
const wanted = chosenBy(options.only, options.probes ? probeRows(tools) : timed);

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
  wanted,
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
    console.log(probesToMarkdown(answers));
    if (options.json) writeFileSync(options.json, `${JSON.stringify({ machine, probes: answers }, null, 2)}\n`);
  } else {
    await timeAll();
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}

async function timeAll(): Promise<void> {
  for (const scenario of scenarios) compareWithPeers(bench, scenario);
  compareSizes(bench, sizes, 10);
  const { what, against } = hashing;
  if (wanted(what, against)) bench.onOutcome(await compareHashing(folder, what, against));

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
