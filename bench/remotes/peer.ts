import { statSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { RealServer } from '../../tests/remotes/servers.ts';

/** The server of each program, by the program's name. */
export const servers = { curl: 'nginx', 'aws s3 cp': 'versitygw' } as const;

/** A program that transfers files. */
export type PeerName = keyof typeof servers;

/** Another program that transfers files to and from the same server. */
export interface Peer {
  /** The URL of a place for our results. */
  url(place: string): string;
  /** The folder in which the server keeps a place. */
  folder(place: string): string;
  /** The command line that sends a file, or a folder with its content. */
  upload(path: string, place: string): readonly string[];
  /** The command line that downloads it to the current folder. */
  download(path: string, place: string): readonly string[];
}

/** curl, against nginx with WebDAV: one file at a time. */
export function curl(program: string, { url, folder }: RealServer): Peer {
  const at = (place: string, path: string) => new URL(`${place}/${basename(path)}`, url).href;
  return {
    url: (place) => new URL(place, url).href,
    folder: (place) => join(folder, 'data', place),
    upload: (path, place) => [program, '-sS', '--fail', '-T', path, at(place, path)],
    download: (path, place) => [program, '-sS', '--fail', '-o', 'brought', at(place, path)],
  };
}

/** Amazon's command line, against versitygw. */
export function awsS3(program: string, { folder }: RealServer): Peer {
  const copy = [program, 's3', 'cp', '--only-show-errors'];
  const at = (place: string, path: string) => `s3://cache/${place}/${basename(path)}`;
  const deep = (path: string) => (statSync(path).isDirectory() ? ['--recursive'] : []);
  return {
    url: (place) => `s3://cache/${place}`,
    folder: (place) => join(folder, 'cache', place),
    upload: (path, place) => [...copy, ...deep(path), path, at(place, path)],
    download: (path, place) => [...copy, ...deep(path), at(place, path), 'brought'],
  };
}
