import { existsSync } from 'node:fs';
import { open, readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';

/** Parts of a stage's work that survive a crash, each stored complete in the stage's checkpoint directory. */
export interface FinishedParts {
  /** The part with this name, from an earlier attempt if it finished the part, otherwise made now. */
  part(name: string, make: () => Promise<Uint8Array>): Promise<Uint8Array>;
}

/** Stores parts in a directory, one file each, renamed into place once written. */
export function finishedParts(directory: string): FinishedParts {
  return {
    async part(name, make) {
      const path = join(directory, name);
      if (existsSync(path)) return readFile(path);
      const bytes = await make();
      const draft = await open(`${path}.draft`, 'w');
      try {
        await draft.writeFile(bytes);
        await draft.sync();
      } finally {
        await draft.close();
      }
      await rename(`${path}.draft`, path);
      return bytes;
    },
  };
}
