import { statSync } from 'node:fs';
import { delimiter, join, sep } from 'node:path';
import type { CliContext } from './context.ts';

/**
 * How commands of this program are typed: `npx pipe setup` if npm started an installation that only npm finds, because `pipe` is not on the
 * user's own PATH; otherwise as they are written in the documentation.
 * @param names of the commands. @param ownPath of this program.
 */
export function commandsAsTyped(
  names: readonly string[],
  environment: CliContext['environment'],
  ownPath: string,
): CliContext['asTyped'] {
  const prefix = prefixFor(environment, ownPath);
  if (prefix === '') return (text) => text;
  const command = new RegExp(`(?<![\\w./-])pipe (?=(?:${names.join('|')}|--help)\\b)`, 'gu');
  return (text) => text.replaceAll(command, `${prefix}$&`);
}

/** npm's variables are also set for scripts of a checkout, where `npx pipe` would download a foreign package. */
function prefixFor({ PATH, npm_command: npm }: CliContext['environment'], ownPath: string): string {
  const isInstalled =
    ownPath.includes(`${sep}node_modules${sep}pipe-ml${sep}`) && !ownPath.includes(`${sep}_npx${sep}`);
  if (npm === undefined || !isInstalled) return '';
  const own = (PATH ?? '').split(delimiter).filter((folder) => !isOfNpm(folder));
  return own.some(hasPipe) ? '' : 'npx ';
}

/** npm adds these folders to the PATH of what it starts. */
function isOfNpm(folder: string): boolean {
  return /[/\\]node_modules[/\\]\.bin[/\\]?$|[/\\]node-gyp-bin[/\\]?$/u.test(folder);
}

function hasPipe(folder: string): boolean {
  return ['pipe', 'pipe.cmd'].some((name) => statSync(join(folder, name), { throwIfNoEntry: false })?.isFile());
}
