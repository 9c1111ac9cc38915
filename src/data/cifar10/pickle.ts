import { TextDecoder } from 'node:util';

/** What the pickles of CIFAR-10 are made of. Strings of Python 2 are bytes. */
export type Pickled = null | boolean | number | Uint8Array | string | Pickled[] | Map<string, Pickled> | NumpyArray;

/** A numpy array as it is pickled: its shape and its bytes in C order. */
export class NumpyArray {
  shape: readonly number[] = [];
  dtype = '';
  bytes: Uint8Array = new Uint8Array();
}

/** What a pickle may name, and no more: it is data, never a program. */
const reconstruct = Symbol('numpy.core.multiarray._reconstruct');
const ndarray = Symbol('numpy.ndarray');
const dtype = Symbol('numpy.dtype');
const globals: Readonly<Record<string, symbol>> = {
  'numpy.core.multiarray _reconstruct': reconstruct,
  'numpy._core.multiarray _reconstruct': reconstruct,
  'numpy ndarray': ndarray,
  'numpy dtype': dtype,
};

class Dtype {
  readonly name: string;
  constructor(name: string) {
    this.name = name;
  }
}

type Item = Pickled | symbol | Dtype | typeof mark;
const mark = Symbol('mark');

/**
 * Reads a pickle of protocol 2 that holds what CIFAR-10's Python batches hold: a dictionary of byte strings, lists and one numpy array.
 * Every other operation is refused, so that a pickle from a stranger cannot run anything.
 * @throws RangeError saying what was refused and at which byte.
 */
export function readPickle(bytes: Uint8Array): Pickled {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const text = new TextDecoder('latin1');
  const stack: Item[] = [];
  const memo = new Map<number, Item>();
  let at = 0;

  const take = (length: number): Uint8Array => {
    if (at + length > bytes.length) throw new RangeError(`it ends at byte ${bytes.length}, in the middle of a value`);
    at += length;
    return bytes.subarray(at - length, at);
  };
  const unsigned = (length: 1 | 2 | 4): number => {
    take(length);
    if (length === 1) return view.getUint8(at - 1);
    return length === 2 ? view.getUint16(at - 2, true) : view.getUint32(at - 4, true);
  };
  const line = (): string => {
    const end = bytes.indexOf(10, at);
    const read = text.decode(take((end < 0 ? bytes.length : end) - at));
    take(1);
    return read;
  };
  const pop = (): Item => {
    const item = stack.pop();
    if (item === undefined) throw new RangeError(`byte ${at - 1} takes a value that is not there`);
    return item;
  };
  const popToMark = (): Item[] => {
    const items: Item[] = [];
    for (let item = pop(); item !== mark; item = pop()) items.unshift(item);
    return items;
  };
  const top = <T extends Item>(is: (item: Item) => item is T): T => {
    const item = stack.at(-1);
    if (item === undefined || !is(item)) throw new RangeError(`byte ${at - 1} extends a value of another kind`);
    return item;
  };
  const isMap = (item: Item): item is Map<string, Pickled> => item instanceof Map;
  const isList = (item: Item): item is Pickled[] => Array.isArray(item);
  const setItems = (items: readonly Item[]) => {
    const map = top(isMap);
    for (let i = 0; i + 1 < items.length; i += 2) map.set(keyText(items[i] as Item, text), items[i + 1] as Pickled);
  };

  for (;;) {
    const opcode = String.fromCharCode(unsigned(1));
    switch (opcode) {
      case '\x80':
        if (unsigned(1) > 3) throw new RangeError('it is of a protocol after 3');
        break;
      case '}':
        stack.push(new Map());
        break;
      case ']':
        stack.push([]);
        break;
      case ')':
        stack.push([]);
        break;
      case '(':
        stack.push(mark);
        break;
      case 'q':
        memo.set(unsigned(1), stack.at(-1) as Item);
        break;
      case 'r':
        memo.set(unsigned(4), stack.at(-1) as Item);
        break;
      case 'h':
        stack.push(memo.get(unsigned(1)) as Item);
        break;
      case 'j':
        stack.push(memo.get(unsigned(4)) as Item);
        break;
      case 'U':
      case 'C':
        stack.push(take(unsigned(1)));
        break;
      case 'T':
      case 'B':
        stack.push(take(unsigned(4)));
        break;
      case 'X':
        stack.push(new TextDecoder().decode(take(unsigned(4))));
        break;
      case 'K':
        stack.push(unsigned(1));
        break;
      case 'M':
        stack.push(unsigned(2));
        break;
      case 'J':
        take(4);
        stack.push(view.getInt32(at - 4, true));
        break;
      case 'N':
        stack.push(null);
        break;
      case '\x88':
      case '\x89':
        stack.push(opcode === '\x88');
        break;
      case '\x85':
      case '\x86':
      case '\x87':
        stack.push(stack.splice(stack.length - (opcode.charCodeAt(0) - 0x84)) as Pickled[]);
        break;
      case 't':
        stack.push(popToMark() as Pickled[]);
        break;
      case 'a': {
        const item = pop();
        top(isList).push(item as Pickled);
        break;
      }
      case 'e': {
        const items = popToMark();
        top(isList).push(...(items as Pickled[]));
        break;
      }
      case 's': {
        const value = pop();
        const key = pop();
        setItems([key, value]);
        break;
      }
      case 'u':
        setItems(popToMark());
        break;
      case 'c': {
        const name = `${line()} ${line()}`;
        const known = globals[name];
        if (!known) throw new RangeError(`byte ${at} names ${name}, which no file of CIFAR-10 does`);
        stack.push(known);
        break;
      }
      case 'R': {
        const argumentsOf = pop() as Item[];
        stack.push(call(pop(), argumentsOf, text));
        break;
      }
      case 'b': {
        const state = pop();
        build(stack.at(-1) as Item, state as Item[]);
        break;
      }
      case '.':
        return pop() as Pickled;
      default:
        throw new RangeError(
          `byte ${at - 1} is an operation (0x${opcode.charCodeAt(0).toString(16)}) that no file of CIFAR-10 holds`,
        );
    }
  }
}

function call(callee: Item, argumentsOf: readonly Item[], text: TextDecoder): Item {
  if (callee === reconstruct) return new NumpyArray();
  if (callee === dtype) return new Dtype(keyText(argumentsOf[0] as Item, text));
  throw new RangeError('it calls something that no file of CIFAR-10 does');
}

/** numpy's __setstate__: (version, shape, dtype, is Fortran order, bytes); a dtype's own state says nothing for bytes. */
function build(target: Item, state: readonly Item[]): void {
  if (target instanceof Dtype) return;
  const [, shape, kind, isFortran, bytes] = state;
  if (!(target instanceof NumpyArray && kind instanceof Dtype && bytes instanceof Uint8Array && Array.isArray(shape))) {
    throw new RangeError('it restores something that no file of CIFAR-10 holds');
  }
  if (isFortran === true) throw new RangeError('its array is in Fortran order');
  target.shape = shape as number[];
  target.dtype = kind.name;
  target.bytes = bytes;
}

function keyText(key: Item, text: TextDecoder): string {
  if (typeof key === 'string') return key;
  if (key instanceof Uint8Array) return text.decode(key);
  throw new RangeError('it has a dictionary whose key is no text');
}
