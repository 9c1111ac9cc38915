import type { StageRecord } from '../record.ts';
import type { Draft } from './contract.ts';
import type { DraftTools } from './draft.ts';
import { DraftFolder, recordOfSealed } from './draft-folder.ts';

/**
 * A draft to compute a key again: what is published here is hashed and described as usual, but not kept. It claims nothing, and has its own
 * checkpoints, so it neither continues from an earlier attempt nor disturbs one.
 */
export class RerunDraft implements Draft {
  readonly key: string;
  readonly #folder: DraftFolder;
  readonly #tools: Pick<DraftTools, 'clock' | 'guard'>;

  constructor(key: string, tools: Pick<DraftTools, 'session' | 'clock' | 'guard'>) {
    this.key = key;
    this.#tools = tools;
    this.#folder = new DraftFolder(tools.session);
  }

  get checkpoints(): string {
    return this.#folder.inner('.checkpoints');
  }

  get scratch(): string {
    return this.#folder.inner('.scratch');
  }

  get mark(): string {
    return this.#folder.mark(this.key);
  }

  outputPath(output: string, file: string): string {
    return this.#folder.outputPath(output, file);
  }

  inputPath(input: string, file: string): string {
    return this.#folder.inputPath(input, file);
  }

  publish(...[outputs, publication]: Parameters<Draft['publish']>): Promise<StageRecord> {
    return this.#tools.guard(async () => {
      // Nothing is kept, so nothing is flushed.
      const sealed = await this.#folder.seal(outputs, { isStored: () => true, isMoved: true });
      return recordOfSealed(this.key, sealed, publication, this.#tools.clock.now());
    });
  }

  abandon(): Promise<void> {
    return this.#tools.guard(async () => this.#folder.remove());
  }
}
