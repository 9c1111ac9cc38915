import { join } from 'node:path';
import { cacheDirectory, setupLocation } from '../../src/compute/location.ts';
import { type Findings, NoUse, type Part, type PartContext } from './part.ts';
import { lastWords, runProgram } from './program.ts';

interface Finding {
  readonly subject: string;
  readonly state: string;
  readonly detail: string;
  readonly next?: string;
}

/** Whether TensorFlow sees the GPU; if not, everything that may tell why, because no other part can work then. */
export const doctor: Part = {
  name: 'doctor',
  title: 'What is there',
  limit: 120,
  least: 0,
  async run(context) {
    const ended = await runProgram(process.execPath, [context.file('bin/pipe.cjs'), 'doctor', '--json'], context);
    const { findings } = JSON.parse(ended.stdout || '{"findings":[]}') as { findings: Finding[] };
    for (const { subject, state, detail } of findings) context.say(`${subject} (${state}): ${detail}`);
    const isSeen = findings.some(
      ({ subject, detail }) => subject === 'tensorflow-gpu' && detail.includes('sees a GPU'),
    );
    if (context.gpu && !isSeen) {
      await diagnose(context);
      throw new NoUse(`TensorFlow does not see the GPU: ${lastWords(ended)}`);
    }
    return report(findings);
  },
};

function report(findings: readonly Finding[]): Findings {
  const lines = findings
    .filter(({ subject }) => ['backend', 'node', 'platform', 'cpu', 'gpu', 'tensorflow-gpu'].includes(subject))
    .map(({ subject, detail }) => `- ${subject}: ${detail.replace(/, from .*/u, '')}`);
  return { figures: { findings: findings.map((finding) => ({ ...finding })) }, markdown: lines };
}

const load = 'process.dlopen({ exports: {} }, process.argv[1])';

/** Shows what the driver reports, which libraries are missing, and what TensorFlow prints while it looks for a GPU. */
async function diagnose(context: PartContext): Promise<void> {
  const { addon, libraries } = setupLocation(cacheDirectory(context.environment), 'gpu');
  const show = async (program: string, arguments_: readonly string[], variables = {}, only = /(?:)/) => {
    const { code, stdout, stderr } = await runProgram(program, arguments_, context, variables);
    const lines = `${stdout}${stderr}`.split('\n').filter((line) => line.trim() !== '' && only.test(line));
    context.say([`$ ${program} ${arguments_.join(' ')} (${code})`, ...lines.slice(-40)].join('\n'));
  };
  await show('nvidia-smi', []);
  await show(process.execPath, ['-e', load, addon], { TF_CPP_MIN_LOG_LEVEL: '0', TF_CPP_MAX_VLOG_LEVEL: '0' });
  for (const library of [addon, join(libraries, 'libtensorflow_cc.so.2')]) {
    await show('ldd', [library], {}, /not found|libcuda|version/u);
  }
  await show('ldconfig', ['-p'], {}, /libcuda\.|libnvidia-ml/u);
  context.say(`LD_LIBRARY_PATH=${context.environment['LD_LIBRARY_PATH'] ?? ''}`);
}
