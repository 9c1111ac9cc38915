import { totalmem } from 'node:os';

/** Bytes of memory that this process may have: the machine's, or as much of it as its container is given. */
export function machineMemory(): number {
  const given = process.constrainedMemory();
  return given > 0 ? Math.min(given, totalmem()) : totalmem();
}
