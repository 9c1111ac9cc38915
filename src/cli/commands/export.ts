import { join, resolve } from 'node:path';
import { type GraphNode, planPipeline } from '../../engine/index.ts';
import { ConfigurationError, StageError } from '../../problem/errors.ts';
import { didYouMean } from '../../problem/suggest.ts';
import { size } from '../../report/units.ts';
import type { CliCommand } from '../command.ts';
import type { CliContext } from '../context.ts';
import { jsonText } from '../display.ts';
import { exitCodes } from '../exit-codes.ts';
import { addSourceOptions, addStoreOptions, type PipelineOptions, pipelineHelp } from '../options.ts';
import { readGraph } from '../pipeline.ts';
import { sourceNamed } from '../run-request.ts';
import { stagesNamed } from '../selection.ts';
import { openCatalogue, openStoreThere, worldAround } from '../workspace.ts';

/** `pipe export` */
export const command: CliCommand = {
  declare: (command) =>
    addStoreOptions(addSourceOptions(command))
      .description('copy an output out of the store')
      .usage('[options] [pipeline] <stage.output> <directory>')
      .argument('<pipeline>', `${pipelineHelp}; without it, that of the last run with its settings`)
      .argument('<stage.output>', 'the output, e.g. student.weights; the stage alone where it has one output')
      .argument('[directory]', 'where to put it; made where it is missing')
      .addHelpText(
        'after',
        `
Examples:
  pipe export pipelines/consistency.yaml student.weights trained
  pipe export student.weights trained                             of the last run`,
      ),
  run: (context, ...[first, second, third, options]: [string, string, string | undefined, PipelineOptions]) =>
    third === undefined
      ? exportOutput(context, undefined, first, second, options)
      : exportOutput(context, first, second, third, options),
};

/** `pipe export`: copies an output to a directory of the user's; of each variant, where a sweep makes several. */
async function exportOutput(
  context: CliContext,
  pipeline: string | undefined,
  output: string,
  directory: string,
  options: PipelineOptions,
): Promise<number> {
  const store = await openStoreThere(context, options.artifacts, { readonly: true });
  const source = sourceNamed(pipeline, options, context, store);
  const catalogue = openCatalogue(source.context);
  const graph = await readGraph(source.context, source.pipeline, source.options, catalogue);
  const [stage, port] = splitOutput(output);
  const nodes = stagesNamed(graph, stage, { option: output, length: stage.length });
  const targets = nodes.map(({ id }) => id);
  const { stages } = await planPipeline(graph, store, worldAround(source.context, store), { targets });
  const exported = [];
  for (const node of nodes) {
    const name = outputNamed(node, port, output);
    const forecast = stages.find(({ id }) => id === node.id)?.forecast;
    if (forecast?.state !== 'hit') {
      throw new StageError(`${node.id} has no result yet that could be exported.`, {
        hint: `pipe run ${source.pipeline} makes it, with the same settings`,
      });
    }
    const folder = nodes.length > 1 ? join(directory, node.id) : directory;
    const path = resolve(context.directory, folder, node.outputs[name]!.file);
    const { digest, bytes } = forecast.record.outputs[name]!;
    await store.export(forecast.record.outputs[name]!, path);
    exported.push({ stage: node.id, output: name, digest, bytes, path });
  }
  if (options.json) context.stdout.write(jsonText({ exported }));
  else for (const { path, bytes } of exported) context.stdout.write(`${path}  ${size(bytes)}\n`);
  return exitCodes.done;
}

/** `student.weights`, or `student{temperature=0.5}.weights`, where a dot may stand between the braces. */
function splitOutput(text: string): readonly [stage: string, output: string | undefined] {
  const [, stage = text, output] = /^([^.{]*(?:\{.*\})?)\.([^.{}]+)$/u.exec(text) ?? [];
  return [stage, output];
}

function outputNamed({ id, outputs }: GraphNode, name: string | undefined, typed: string): string {
  const names = Object.keys(outputs);
  if (name === undefined && names.length === 1) return names[0]!;
  if (name !== undefined && names.includes(name)) return name;
  const message = name === undefined ? `${id} has several outputs.` : `${id} has no output "${name}".`;
  const hint = (name && didYouMean(name, names)) ?? `its outputs are: ${names.join(', ')}`;
  throw new ConfigurationError([{ message, origin: { option: typed }, hint }]);
}
