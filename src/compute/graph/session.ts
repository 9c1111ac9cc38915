import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { StageError } from '../../problem/errors.ts';
import type { Binding } from '../native.ts';
import type { Values } from '../program.ts';
import type { Edge, OperationNode } from './graph.ts';
import { NotCompilable } from './not-compilable.ts';
import { ownedTensor } from './owned-tensor.ts';
import { edgeName, encodeSavedModel, servingTag } from './saved-model.ts';

/** Values for a placeholder. */
export interface Feed {
  readonly placeholder: OperationNode;
  readonly values: Values;
}

/** The hint if memory ran out. */
export const memoryHint = 'if memory ran out, use a smaller batch';

/** A graph loaded into TensorFlow, with its variables. */
export class GraphSession {
  readonly #binding: Binding;
  readonly #id: number;

  /**
   * @param temporary a folder to write to; nothing stays in it.
   * @throws NotCompilable if TensorFlow cannot load the graph.
   */
  constructor(binding: Binding, nodes: readonly OperationNode[], temporary: string) {
    this.#binding = binding;
    const directory = mkdtempSync(join(temporary, 'pipe-graph-'));
    try {
      writeFileSync(join(directory, 'saved_model.pb'), encodeSavedModel(nodes));
      this.#id = load(binding, directory);
    } finally {
      rmSync(directory, { recursive: true });
    }
  }

  /**
   * Feeds placeholders and fetches the values of edges, in row-major order.
   * @param what the part of the program, for messages. @throws StageError with a hint if TensorFlow fails: memory ran out, a label is out
   * of range, XLA cannot compile an operation.
   */
  run(what: string, feeds: readonly Feed[], fetches: readonly Edge[], hint: string = memoryHint): Values[] {
    if (fetches.length === 0) return [];
    const binding = this.#binding;
    const fed: number[] = [];
    try {
      for (const { placeholder, values } of feeds) fed.push(ownedTensor(binding, placeholder.outputs[0]!, values));
      const names = feeds.map(({ placeholder }) => edgeName({ node: placeholder, index: 0 })).join();
      const results = binding.runSavedModel(this.#id, fed, names, fetches.map(edgeName).join());
      return results.map(({ id }) => {
        const values = binding.tensorDataSync(id);
        binding.deleteTensor(id);
        return values;
      });
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      throw new StageError(`TensorFlow stopped while running "${what}": ${reason}`, {
        hint,
        cause: error,
      });
    } finally {
      for (const id of fed) binding.deleteTensor(id);
    }
  }

  dispose(): void {
    this.#binding.deleteSavedModel(this.#id);
  }
}

function load(binding: Binding, directory: string): number {
  try {
    return binding.loadSavedModel(directory, servingTag);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new NotCompilable(`TensorFlow rejects its graph: ${reason}`, { cause: error });
  }
}
