import { nodesNamed, planPipeline } from '../../engine/index.ts';
import { ConfigurationError } from '../../problem/errors.ts';
import { forecastWords } from '../../report/plan.ts';
import type { PipelineOptions } from '../arguments.ts';
import { exitCodes } from '../exit-codes.ts';
import { readGraph } from '../pipeline.ts';
import { openWorkspace, type Surroundings } from '../workspace.ts';

/** `pipe explain`: says why a stage would run, a field a line. */
export async function explain(
  surroundings: Surroundings,
  file: string,
  stage: string,
  options: PipelineOptions,
): Promise<number> {
  const { catalogue, store, world } = await openWorkspace(surroundings, options.artifacts, { readonly: true });
  const graph = await readGraph(file, options, catalogue);
  const ids = new Set(nodesNamed(graph, stage).map(({ id }) => id));
  if (ids.size === 0) {
    const names = [...new Set([...graph.nodes.values()].map((node) => node.stage.id))].join(', ');
    throw new ConfigurationError([
      { message: `There is no stage "${stage}".`, origin: { option: stage }, hint: `The stages are: ${names}.` },
    ]);
  }
  const { stages } = await planPipeline(graph, store, world, { targets: [...ids], force: options.force });
  const asked = stages.filter(({ id }) => ids.has(id));
  if (options.json) {
    surroundings.stdout.write(`${JSON.stringify(asked, null, 2)}\n`);
    return exitCodes.done;
  }
  for (const { id, forecast } of asked) {
    const reasons =
      forecast.state === 'miss' && forecast.reason.kind === 'changed'
        ? forecast.reason.changes.map(
            ({ field, before, after }) => `  ${field}: ${before ?? '(none)'} -> ${after ?? '(none)'}`,
          )
        : [`  ${forecastWords(forecast)}`];
    const verdict =
      forecast.state === 'hit' ? 'is reused' : forecast.state === 'miss' ? 'would run' : 'is not known yet';
    surroundings.stdout.write(`${id} ${verdict}\n${reasons.join('\n')}\n`);
  }
  return exitCodes.done;
}
