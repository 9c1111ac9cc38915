import { tryStage } from '../../engine/index.ts';
import { trialJson, trialText } from '../../report/trial.ts';
import { processExecutor } from '../../workers/process-executor.ts';
import { stageExecutor } from '../../workers/stage-executor.ts';
import { prepareAside, warningListener, withOneStage } from '../aside.ts';
import type { CliCommand } from '../command.ts';
import type { CliContext } from '../context.ts';
import { humanStream, jsonText, openTaskDisplay } from '../display.ts';
import { exitCodes } from '../exit-codes.ts';
import {
  addPastRunOption,
  addSourceOptions,
  addStageArguments,
  addStoreOptions,
  type PastRunOptions,
  pipelineAndStage,
  type StageArguments,
} from '../options.ts';
import { openCatalogue } from '../workspace.ts';

export const command: CliCommand = {
  declare: (command) =>
    addStageArguments(
      addPastRunOption(addStoreOptions(addSourceOptions(command))),
      'the stage to try, or one variant of it',
    )
      .description('run one stage on stored inputs, show its output, and keep nothing')
      .addHelpText(
        'after',
        '\nExamples:\n  pipe try train\n  pipe try train --set params.rate=0.3\n  pipe try pipe.yaml train',
      ),
  run: (context, ...[first, second, options]: StageArguments<PastRunOptions>) =>
    tryOne(context, ...pipelineAndStage(first, second), options),
};

/** `pipe try`: runs one stage like a run would, from stored inputs, and removes its outputs. */
async function tryOne(
  context: CliContext,
  pipeline: string | undefined,
  stage: string,
  options: PastRunOptions,
): Promise<number> {
  return withOneStage(context, { pipeline, stage, options }, async ({ found, node, store, stop }) => {
    const display = await openTaskDisplay(context);
    try {
      const aside = await prepareAside(found, [node], 'try', store, stop.signal);
      const workers = processExecutor({ ...aside.machine, directory: aside.project.root });
      const executor = stageExecutor(openCatalogue(aside.project), workers, aside.machine);
      const said = humanStream(context, options.json);
      let isLineOpen = false;
      const listener = warningListener(context, node.id, {
        progress: display.progress,
        say: (text) => {
          display.end();
          said.write(text);
          isLineOpen = !text.endsWith('\n');
        },
      });
      try {
        const record = await tryStage(found.graph, node, { ...aside.services, world: aside.world, executor, listener });
        display.end();
        if (isLineOpen) said.write('\n');
        const { stdout } = context;
        stdout.write(options.json ? jsonText(trialJson(node.id, record)) : trialText(node.id, record));
        return exitCodes.done;
      } finally {
        await executor.close();
      }
    } finally {
      display.end();
    }
  });
}
