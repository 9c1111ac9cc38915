import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { pythonWith } from '../../python/environment.ts';

/** Amazon's command line, installed once in the per-user cache; or, in one sentence, why not. */
export async function setUpAws(): Promise<{ readonly program: string } | { readonly missing: string }> {
  // This code is bundled in `dist`.
  const requirements = fileURLToPath(new URL('../bench/remotes/requirements.txt', import.meta.url));
  const python = await pythonWith(
    { name: "Amazon's command line", folder: 'aws', requirements, gigabytes: 0.2 },
    process.env,
  );
  return 'missing' in python ? python : { program: join(dirname(python.program), 'aws') };
}
