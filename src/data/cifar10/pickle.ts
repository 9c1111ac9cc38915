import { brief } from '../../problem/quote.ts';

/** The values in CIFAR-10's pickles. Text of Python 2 is bytes. */
export type Pickled = null | boolean | number | string | Uint8Array | Pickled[] | Map<string, Pickled> | NumpyArray;

/** A numpy array as it is pickled. */
export class NumpyArray {
  shape: readonly Pickled[] = [];
  /** E.g. `u1`. */
  dtype = '';
  /** In C order. */
  bytes: Uint8Array = new Uint8Array();
}

class NumpyDtype {
  readonly name: string;
  constructor(name: string) {
    this.name = name;
  }
}

/** The only names that a pickle may use: here it is data, never a program. */
const globals = new Map([
  ['numpy.core.multiarray _reconstruct', Symbol('_reconstruct')],
  ['numpy._core.multiarray _reconstruct', Symbol('_reconstruct')],
  ['numpy ndarray', Symbol('ndarray')],
  ['numpy dtype', Symbol('dtype')],
]);

type Item = Pickled | NumpyDtype | symbol;

/** Python's pickle machine, without everything that could run code. Reference: CPython, Lib/pickletools.py. */
class PickleMachine {
  readonly #bytes: Buffer;
  readonly #memo = new Map<number, Item>();
  readonly #marks: number[] = [];
  #stack: Item[] = [];
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  /** The position of the next byte. */
  get at(): number {
    return this.#at;
  }

  take(length: number): Buffer {
    const start = this.#at;
    this.#at += length;
    if (this.#at > this.#bytes.length) throw new RangeError(`ends at byte ${this.#bytes.length}, within a value`);
    return this.#bytes.subarray(start, this.#at);
  }

  unsigned(length: 1 | 2 | 4): number {
    return this.take(length).readUIntLE(0, length);
  }

  line(): string {
    const end = this.#bytes.indexOf('\n', this.#at);
    const text = this.take(end < 0 ? this.#bytes.length : end - this.#at).toString('latin1');
    this.take(1);
    return text;
  }

  push(item: Item): void {
    this.#stack.push(item);
  }

  pop(): Item {
    const item = this.#stack.pop();
    if (item === undefined) throw new RangeError(`needs a value at byte ${this.#at} that is missing`);
    return item;
  }

  mark(): void {
    this.#marks.push(this.#stack.length);
  }

  popToMark(): Item[] {
    const mark = this.#marks.pop();
    if (mark === undefined) throw new RangeError(`needs a mark at byte ${this.#at} that is missing`);
    return this.#stack.splice(mark);
  }

  popTuple(length: 1 | 2 | 3): void {
    const items = Array.from({ length }, () => this.pop()).reverse();
    this.push(items as Pickled[]);
  }

  remember(place: number): void {
    const item = this.pop();
    this.#memo.set(place, item);
    this.push(item);
  }

  recall(place: number): void {
    const item = this.#memo.get(place);
    if (item === undefined) throw new RangeError(`refers at byte ${this.#at} to a value that was never stored`);
    this.push(item);
  }

  append(items: readonly Item[]): void {
    const list = this.#stack.at(-1);
    if (!Array.isArray(list)) throw new RangeError(`appends at byte ${this.#at} to something that is not a list`);
    for (const item of items) list.push(item as Pickled);
  }

  set(items: readonly Item[]): void {
    const map = this.#stack.at(-1);
    if (!(map instanceof Map)) throw new RangeError(`sets at byte ${this.#at} in something that is not a dictionary`);
    for (let i = 0; i + 1 < items.length; i += 2) map.set(textOf(items[i]), items[i + 1] as Pickled);
  }

  global(): void {
    const name = `${this.line()} ${this.line()}`;
    const known = globals.get(name);
    if (!known) throw new RangeError(`uses ${brief(name)} at byte ${this.#at}, which files of CIFAR-10 never use`);
    this.push(known);
  }

  call(): void {
    const parameters = this.pop();
    const callee = this.pop();
    const name = typeof callee === 'symbol' ? callee.description : undefined;
    if (name === '_reconstruct') this.push(new NumpyArray());
    else if (name === 'dtype' && Array.isArray(parameters)) this.push(new NumpyDtype(textOf(parameters[0])));
    else throw new RangeError(`calls at byte ${this.#at} something that files of CIFAR-10 never call`);
  }

  /**
   * numpy's __setstate__ with (version, shape, dtype, is in Fortran order, bytes); a dtype's own state does not matter for one-byte values.
   */
  restore(): void {
    const state = this.pop();
    const target = this.#stack.at(-1);
    if (target instanceof NumpyDtype) return;
    const [, shape, dtype, isFortran, bytes] = Array.isArray(state) ? (state as Item[]) : [];
    if (!(target instanceof NumpyArray && dtype instanceof NumpyDtype && bytes instanceof Uint8Array)) {
      throw new RangeError(`restores at byte ${this.#at} something that files of CIFAR-10 never contain`);
    }
    if (isFortran !== false && isFortran !== 0) throw new RangeError('has an array in Fortran order');
    target.shape = Array.isArray(shape) ? shape : [];
    target.dtype = dtype.name;
    target.bytes = bytes;
  }
}

/** The operations of protocols 2 and 3 that CIFAR-10's files use, by their byte. */
const operations: Readonly<Record<string, (machine: PickleMachine) => void>> = {
  '\x80': (m) => m.unsigned(1),
  '(': (m) => m.mark(),
  N: (m) => m.push(null),
  '\x88': (m) => m.push(true),
  '\x89': (m) => m.push(false),
  K: (m) => m.push(m.unsigned(1)),
  M: (m) => m.push(m.unsigned(2)),
  J: (m) => m.push(m.take(4).readInt32LE()),
  U: (m) => m.push(m.take(m.unsigned(1))),
  T: (m) => m.push(m.take(m.unsigned(4))),
  C: (m) => m.push(m.take(m.unsigned(1))),
  B: (m) => m.push(m.take(m.unsigned(4))),
  X: (m) => m.push(m.take(m.unsigned(4)).toString()),
  ')': (m) => m.push([]),
  ']': (m) => m.push([]),
  '}': (m) => m.push(new Map()),
  '\x85': (m) => m.popTuple(1),
  '\x86': (m) => m.popTuple(2),
  '\x87': (m) => m.popTuple(3),
  t: (m) => m.push(m.popToMark() as Pickled[]),
  a: (m) => m.append([m.pop()]),
  e: (m) => m.append(m.popToMark()),
  s: (m) => m.set([m.pop(), m.pop()].reverse()),
  u: (m) => m.set(m.popToMark()),
  q: (m) => m.remember(m.unsigned(1)),
  r: (m) => m.remember(m.unsigned(4)),
  h: (m) => m.recall(m.unsigned(1)),
  j: (m) => m.recall(m.unsigned(4)),
  c: (m) => m.global(),
  R: (m) => m.call(),
  b: (m) => m.restore(),
};

/**
 * Reads a pickle with the values of CIFAR-10's Python batches: a dictionary of byte strings, lists and one numpy array. Every other
 * operation is refused, so that a foreign pickle cannot run anything.
 * @throws RangeError whose message completes "the file …".
 */
export function readPickle(bytes: Uint8Array): Pickled {
  const machine = new PickleMachine(bytes);
  for (;;) {
    const opcode = machine.take(1).toString('latin1');
    if (opcode === '.') return machine.pop() as Pickled;
    const operation = operations[opcode];
    if (!operation) {
      const code = opcode.charCodeAt(0).toString(16).padStart(2, '0');
      throw new RangeError(`has the operation 0x${code} at byte ${machine.at - 1}, which files of CIFAR-10 never have`);
    }
    operation(machine);
  }
}

function textOf(key: Item | undefined): string {
  if (typeof key === 'string') return key;
  if (key instanceof Uint8Array) return Buffer.from(key).toString('latin1');
  throw new RangeError('has a name that is not text');
}
