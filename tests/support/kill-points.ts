import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';

/**
 * Kills this process with SIGKILL before its n-th call of the file system; imported before all else, so that every later import sees it.
 * With 0, or a number that is never reached, nothing happens, and `fileSystemCalls` says how many there were.
 */
let calls = 0;
let fatal = 0;

/** How many calls of the file system there were since `killAt`. */
export function fileSystemCalls(): number {
  return calls;
}

/** Counts from now on, and kills the process before call number `call`. */
export function killAt(call: number): void {
  calls = 0;
  fatal = call;
}

function watched<T extends object>(owner: T): void {
  for (const name of Object.keys(owner) as (keyof T & string)[]) {
    const original: unknown = owner[name];
    if (typeof original !== 'function' || /^[A-Z_]|^(watch|unwatch)/.test(name)) continue;
    const counted = function (this: unknown, ...values: unknown[]): unknown {
      calls += 1;
      if (calls === fatal) process.kill(process.pid, 'SIGKILL');
      return Reflect.apply(original, this, values);
    };
    // Keeps what util.promisify looks for.
    owner[name] = Object.assign(counted, original) as T[keyof T & string];
    for (const symbol of Object.getOwnPropertySymbols(original)) {
      Object.defineProperty(counted, symbol, Object.getOwnPropertyDescriptor(original, symbol)!);
    }
  }
}

watched(fs);
watched(fs.promises);
syncBuiltinESMExports();
