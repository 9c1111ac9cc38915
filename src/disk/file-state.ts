import { type BigIntStats, fstatSync, statSync } from 'node:fs';
import { ifThere } from './codes.ts';

/** What the file system says of a file without reading it; equal while nobody has written to it. */
export interface FileState {
  /** Size, modification time, change time (both in nanoseconds) and inode, in one comparable text. */
  readonly text: string;
  readonly bytes: number;
  readonly inode: bigint;
  /** False of folders, pipes, devices. */
  readonly isRegular: boolean;
  /** When content or attributes last changed, in milliseconds since 1970, by the file system's clock. */
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

/** The state of the file a path leads to; undefined if there is none. */
export function stateOf(path: string): FileState | undefined {
  return ifThere(() => describe(statSync(path, { bigint: true })));
}

/** The state of an open file. */
export function stateOfOpen(descriptor: number): FileState {
  return describe(fstatSync(descriptor, { bigint: true }));
}
