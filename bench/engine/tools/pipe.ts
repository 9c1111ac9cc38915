import { fileURLToPath } from 'node:url';
import { type BenchStage, producers, readsOf } from '../stage.ts';
import { jsonText, type Tool } from './tool.ts';

/** The path of the command: this code is bundled in `dist`. */
const command = [process.execPath, fileURLToPath(new URL('../bin/pipe.cjs', import.meta.url))];

const file = 'pipeline.yaml';

/** A file name as the name of an output. */
const port = (name: string) => name.replace(/\..*$/u, '');

function describeStage(stage: BenchStage, producer: ReadonlyMap<string, string>): object {
  const { sources, made } = readsOf(stage, producer);
  return {
    uses: 'shell',
    needs: Object.fromEntries(made.map((name) => [port(name), `${producer.get(name)}.${port(name)}`])),
    with: {
      command: stage.command,
      files: sources,
      inputs: Object.fromEntries(made.map((name) => [port(name), name])),
      outputs: { [port(stage.writes)]: stage.writes },
    },
  };
}

/** This program. */
export const pipe: Tool = {
  name: 'pipe',
  describe(stages) {
    const producer = producers(stages);
    const described = stages.map((stage) => [stage.name, describeStage(stage, producer)]);
    return { [file]: jsonText({ name: 'bench', stages: Object.fromEntries(described) }) };
  },
  run: () => [...command, 'run', file],
  plan: () => [...command, 'plan', file],
};
