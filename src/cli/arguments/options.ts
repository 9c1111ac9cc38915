import type { Command } from 'commander';
import { collect } from './values.ts';

/** Adds the options that say with which settings a pipeline is read. */
export function addSourceOptions(command: Command): Command {
  return command
    .option('--overlay <file>', 'merge this YAML file over the pipeline (repeatable, later ones win)', collect, [])
    .option('--set <path=value>', 'set one value, e.g. params.temperature=4 (repeatable)', collect, [])
    .option('--sweep <path=a,b,c>', 'take every value, sharing what is equal (repeatable: a grid)', collect, []);
}

/** Adds the options that say which store, and how to answer. */
export function addStoreOptions(command: Command): Command {
  return command
    .option('--artifacts <directory>', 'where results are kept', 'artifacts')
    .option('--json', 'print one JSON object on standard output, and logs on standard error', false);
}
