import { type BigIntStats, fstatSync, statSync } from 'node:fs';
import { ifThere } from './codes.ts';

/** What the file system tells about a file without reading it; equal as long as nobody wrote to it. */
export interface FileState {
  /** Size, modification time, change time (both in nanoseconds) and inode, as one comparable text. */
  readonly text: string;
  readonly bytes: number;
  readonly inode: bigint;
  /** False for folders, pipes, devices. */
  readonly isRegular: boolean;
  /** When content or attributes last changed, in milliseconds since 1970, by the clock of the file system. */
  readonly changed: number;
}

function describe(stats: BigIntStats): FileState {
  return {
    text: `${stats.size} ${stats.mtimeNs} ${stats.ctimeNs} ${stats.ino}`,
    bytes: Number(stats.size),
    inode: stats.ino,
    isRegular: stats.isFile(),
    changed: Number(stats.ctimeMs),
  };
}

/** The state of the file at a path; undefined if there is none. */
export function stateOf(path: string): FileState | undefined {
  return ifThere(() => describe(statSync(path, { bigint: true })));
}

/** The state of an open file. */
export function stateOfOpen(descriptor: number): FileState {
  return describe(fstatSync(descriptor, { bigint: true }));
}
