import { inspect } from '../../compute/index.ts';
import { checkVariables } from '../../compute/variables.ts';
import { shownData } from '../../problem/shown.ts';
import { paletteFor } from '../../report/palette.ts';
import type { CliCommand } from '../command.ts';
import type { CliContext } from '../context.ts';
import { jsonText } from '../display.ts';
import { exitCodes } from '../exit-codes.ts';

export const command: CliCommand = {
  declare: (command) =>
    command
      .description('check this machine, and say what is missing and what to type')
      .option('--json', 'print one JSON object to standard output', false)
      .option('--verify', 'also check every file of TensorFlow', false)
      .addHelpText('after', '\nExamples:\n  pipe doctor\n  pipe doctor --verify'),
  run: doctor,
};

/** `pipe doctor`: reports what this machine has and lacks, and what to type; exit code 3 if a run would fail because of it. */
async function doctor(
  { environment, stdout, asTyped }: CliContext,
  { json, verify }: { readonly json: boolean; readonly verify: boolean },
): Promise<number> {
  checkVariables(environment);
  const findings = shownData(await inspect({ environment, network: true, verify }));
  const isReady = findings.every(({ state }) => state !== 'bad');
  if (json) {
    stdout.write(jsonText({ ready: isReady, findings }));
  } else {
    const palette = paletteFor(stdout, environment);
    const marks = { good: palette.green('✓'), absent: palette.dim('–'), bad: palette.red('✗') };
    const width = Math.max(...findings.map(({ subject }) => subject.length));
    for (const { subject, state, detail, next } of findings) {
      stdout.stream.write(`${marks[state]} ${subject.padEnd(width)}  ${detail}\n`);
      if (next !== undefined)
        stdout.stream.write(`  ${' '.repeat(width)}  ${palette.cyan('next:')} ${asTyped(next)}\n`);
    }
  }
  return isReady ? exitCodes.done : exitCodes.environment;
}
