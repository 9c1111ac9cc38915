import type { TensorInfo } from '../files/tensor.ts';
import { openSafetensors } from './read.ts';

/** A tensor that differs between two files. */
export interface TensorDifference {
  readonly name: string;
  /** `only-first`, `only-second`, another dtype or shape, or other values. */
  readonly kind: 'only-first' | 'only-second' | 'form' | 'values';
  /** Of `values`: how many differ, of how many, and the largest absolute difference (NaN if one is not a number). */
  readonly differing?: number;
  readonly total?: number;
  readonly largest?: number;
}

/** The tensors in which two safetensors files differ, by their values, not their bytes: NaN equals NaN, 0 equals -0. */
export async function differingTensors(first: string, second: string): Promise<readonly TensorDifference[]> {
  const [a, b] = await Promise.all([openSafetensors(first), openSafetensors(second)]);
  try {
    const found: TensorDifference[] = [];
    for (const name of new Set([...a.tensors.keys(), ...b.tensors.keys()])) {
      const [before, after] = [a.tensors.get(name), b.tensors.get(name)];
      if (!before || !after) found.push({ name, kind: before ? 'only-first' : 'only-second' });
      else if (!sameForm(before, after)) found.push({ name, kind: 'form' });
      else {
        const { dtype } = before;
        const values = compareValues(await a.read(name, dtype), await b.read(name, dtype));
        if (values.differing > 0) found.push({ name, kind: 'values', ...values });
      }
    }
    return found;
  } finally {
    await Promise.all([a.close(), b.close()]);
  }
}

function sameForm(a: TensorInfo, b: TensorInfo): boolean {
  return a.dtype === b.dtype && a.shape.join() === b.shape.join();
}

function compareValues(a: ArrayLike<number | bigint>, b: ArrayLike<number | bigint>) {
  let [differing, largest] = [0, 0];
  for (let at = 0; at < a.length; at += 1) {
    const [x, y] = [Number(a[at]), Number(b[at])];
    if (x === y || (Number.isNaN(x) && Number.isNaN(y))) continue;
    differing += 1;
    largest = Math.max(largest, Math.abs(x - y));
  }
  return { differing, total: a.length, largest };
}
