import colors from 'picocolors';
import { inspect } from '../../compute/index.ts';
import { exitCodes } from '../exit-codes.ts';
import type { Surroundings } from '../workspace.ts';

const marks = { good: colors.green('✓'), absent: colors.dim('–'), bad: colors.red('✗') };

/** `pipe doctor`: says what this machine has and lacks, and what to type; exit 3 where a run would fail for it. */
export async function doctor(
  { environment, stdout }: Surroundings,
  options: { readonly json: boolean },
): Promise<number> {
  const findings = await inspect({ environment, network: true });
  if (options.json) {
    stdout.write(`${JSON.stringify(findings, null, 2)}\n`);
  } else {
    const width = Math.max(...findings.map(({ subject }) => subject.length));
    for (const { subject, state, detail, next } of findings) {
      stdout.write(`${marks[state]} ${subject.padEnd(width)}  ${detail}\n`);
      if (next !== undefined) stdout.write(`  ${' '.repeat(width)}  ${colors.cyan('next:')} ${next}\n`);
    }
  }
  return findings.some(({ state }) => state === 'bad') ? exitCodes.environment : exitCodes.done;
}
