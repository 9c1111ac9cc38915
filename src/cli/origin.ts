import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import manifest from '../../package.json' with { type: 'json' };
import type { JsonObject } from '../json/json.ts';
import type { ProjectContext } from './project.ts';

const execute = promisify(execFile);

/** The package's version. */
export const packageVersion: string = manifest.version;

/** The version of this program, for records. */
export const programOrigin = { package: packageVersion, node: process.version } as const satisfies JsonObject;

/** The code of a run, for its records: the version of the package, the git commit of the project, and whether it was dirty. */
export async function codeOrigin({ root }: ProjectContext): Promise<JsonObject> {
  const git = async (...arguments_: string[]) => (await execute('git', arguments_, { cwd: root })).stdout.trim();
  try {
    const [commit, status] = await Promise.all([git('rev-parse', 'HEAD'), git('status', '--porcelain')]);
    return { ...programOrigin, git: { commit, dirty: status !== '' } };
  } catch {
    // No git, or no repository: there is no commit.
    return programOrigin;
  }
}
