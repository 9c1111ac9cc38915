import type { Command } from 'commander';
import type { Done } from '../command-line.ts';
import type { DoctorOptions, Handlers, SetupOptions } from '../handlers.ts';

/** Adds the commands about this machine: `setup`, `doctor`. */
export function addMachineCommands(program: Command, handlers: Handlers, done: Done): void {
  program
    .command('setup')
    .description('set TensorFlow up, once for this user; run again, it does nothing')
    .option('--gpu', 'the CUDA build, for NVIDIA GPUs', false)
    .option('--remove', 'remove what was set up', false)
    .addHelpText('after', '\nExamples:\n  pipe setup\n  pipe setup --gpu\n  pipe setup --remove')
    .action(async (options: SetupOptions) => done(await handlers.setup(options)));

  program
    .command('doctor')
    .description('say what this machine has, what it lacks, and what to type')
    .option('--json', 'print one JSON object on standard output', false)
    .addHelpText('after', '\nExample:\n  pipe doctor')
    .action(async (options: DoctorOptions) => done(await handlers.doctor(options)));
}
