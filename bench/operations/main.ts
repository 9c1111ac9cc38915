// Lists every operation of a training step, with its time and its minimum time, in float32 and in bfloat16.
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { kerasPackages } from '../../keras/packages.ts';
import { pythonWith } from '../../python/environment.ts';
import { positiveInteger } from '../../src/cli/options.ts';
import { cpuAbilities, kernelFeatures } from '../../src/compute/cpu-abilities.ts';
import { describeMachine, headLine } from '../machine.ts';
import { benchCommand, giveUp, jsonOption } from '../options.ts';
import { type Profile, profileTable } from './profile.ts';
import { saveStep } from './saved-step.ts';

const { steps, batch, threads, json } = benchCommand(
  'bench:operations',
  'List the operations of a training step of ResNet50V2, 72x72, with their times in float32 and bfloat16.',
)
  .option('--steps <n>', 'steps to trace; the least time of each operation counts', positiveInteger, 10)
  .option('--batch <n>', 'images in a step', positiveInteger, 32)
  .option('--threads <n>', 'threads that share one operation', positiveInteger, describeMachine(false).cores)
  .addOption(jsonOption('profiles'))
  .parse()
  .opts<{ steps: number; batch: number; threads: number; json?: string }>();

/** A file of the checkout: this code is bundled in `dist`. */
const file = (name: string) => fileURLToPath(new URL(`../${name}`, import.meta.url));

console.log(`${headLine(describeMachine(false))}\n${kernelFeatures(cpuAbilities(), process.env) ?? ''}\n`);
const python = await pythonWith(kerasPackages(file, 'cpu'), process.env);
if ('missing' in python) giveUp(python.missing);
const environment = { ...process.env, CUDA_VISIBLE_DEVICES: '-1', TF_CPP_MIN_LOG_LEVEL: '3' };
const folder = mkdtempSync(join(tmpdir(), 'pipe-bench-'));
try {
  const profiles: Profile[] = [];
  for (const precision of ['float32', 'bfloat16'] as const) {
    const step = join(folder, precision);
    await saveStep(step, precision, batch);
    const { stdout } = await promisify(execFile)(
      python.program,
      [file('bench/operations/profile_step.py'), step, String(steps), String(threads)],
      { env: environment, maxBuffer: 2 ** 28 },
    );
    profiles.push({ precision, ...(JSON.parse(stdout) as Omit<Profile, 'precision'>) });
  }
  console.log(profileTable(profiles));
  if (json) writeFileSync(json, `${JSON.stringify(profiles, null, 2)}\n`);
} finally {
  rmSync(folder, { recursive: true });
}
