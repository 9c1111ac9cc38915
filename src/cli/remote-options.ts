import type { Command } from 'commander';
import { gatherValues } from './options.ts';
import type { ProjectContext } from './project.ts';

/** The options of every command that may use shared caches. */
export interface RemoteOptions {
  /** URLs in addition to those of the project; false with `--no-remote`. */
  readonly remote: readonly string[] | false;
  readonly trustFrom?: string;
}

/** Adds the options that select shared caches and trusted keys. */
export function addRemoteOptions(command: Command): Command {
  return command
    .option(
      '--remote <url>',
      'also use this shared cache, before those of the project file (repeatable)',
      collectUrls,
      [],
    )
    .option('--no-remote', 'do not use shared caches')
    .option('--trust-from <ref>', 'read shared caches and trusted keys from this git revision of the project file');
}

function collectUrls(value: string, earlier: readonly string[] | false): readonly string[] {
  return gatherValues(value, earlier || []);
}

/** Whether a command has any shared cache; if not, none of their code needs to be loaded. */
export function hasRemotes({ settings, environment }: ProjectContext, { remote, trustFrom }: RemoteOptions): boolean {
  // The named revision may have some, and decides which local results count.
  if (trustFrom !== undefined) return true;
  if (remote === false) return false;
  return remote.length > 0 || Boolean(environment['PIPE_REMOTE']) || Object.keys(settings.remotes).length > 0;
}
