import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Trial } from '../engine/trial.ts';
import type { RowName } from '../options.ts';
import type { Desk, Load } from './desk.ts';
import { type Peer, type PeerName, servers } from './peer.ts';

/** One thing to time. */
export interface RemoteRow extends RowName {
  /** The program that transfers the same files, or whose server is used. */
  readonly peer: PeerName;
  /** Sets it up. */
  readonly trial: (desk: Desk, peer: Peer) => Pick<Trial, 'ours' | 'theirs'>;
}

/** One large file, at 0.8 of the peer's rate or more. */
const large = {
  load: { title: '1 GB in one file', command: 'head -c 1000000000 /dev/urandom > out', isFolder: false },
  aim: 1 / 0.8,
};

/** Many small files, at three times the peer's rate or more. */
const many = {
  load: {
    title: '10,000 files of 4 kB',
    command: 'mkdir out && head -c 40960000 /dev/urandom | split -b 4096 -a 4 -d - out/f',
    isFolder: true,
  },
  aim: 1 / 3,
};

/** Sends a load to an empty place, and downloads it to an empty store. */
function transferRows(
  name: PeerName,
  { load, aim }: { readonly load: Load; readonly aim: number },
): readonly RemoteRow[] {
  const server = servers[name];
  const row = (
    what: string,
    time: (source: Source, desk: Desk, peer: Peer) => { ours: () => number; theirs: () => number },
  ): RemoteRow => ({
    what,
    against: name,
    peer: name,
    trial: (desk, peer) => {
      const { ours, theirs } = time(sourceOf(desk, load), desk, peer);
      return { ours: { time: ours }, theirs: [{ name, aim, time: theirs }] };
    },
  });
  return [
    row(`${load.title}, sent to ${server}`, ({ project, content }, desk, peer) => {
      const toNewPlace = (line: (place: string) => readonly string[]) => {
        const place = `sent-${crypto.randomUUID()}`;
        const seconds = desk.call(project, line(place));
        rmSync(peer.folder(place), { recursive: true, force: true });
        return seconds;
      };
      return {
        ours: () => toNewPlace((place) => desk.pipe('push', 'load.yaml', '--remote', peer.url(place))),
        theirs: () => toNewPlace((place) => peer.upload(content, place)),
      };
    }),
    row(`${load.title}, brought from ${server}`, ({ project, content }, desk, peer) => {
      const [own, other] = [crypto.randomUUID(), crypto.randomUUID()];
      desk.call(project, desk.pipe('push', 'load.yaml', '--remote', peer.url(own)));
      desk.call(project, peer.upload(content, other));
      const into = (folder: string, line: readonly string[]) => {
        const seconds = desk.call(folder, line);
        rmSync(folder, { recursive: true, force: true });
        return seconds;
      };
      return {
        ours: () => into(desk.newProject(load), desk.pipe('pull', 'load.yaml', '--remote', peer.url(own))),
        theirs: () => into(desk.newFolder(), peer.download(content, other)),
      };
    }),
  ];
}

/** A run that reuses everything from the local store, with a shared cache and without. */
function idleRow(peerName: PeerName): RemoteRow {
  const against = 'the same without';
  return {
    what: `a run that reuses everything, with ${servers[peerName]} as a shared cache`,
    against,
    peer: peerName,
    trial: (desk, peer) => {
      const stages = Array.from({ length: 20 }, (_, index) => `echo ${index} > out`);
      const { project } = sourceOf(desk, { title: '', command: stages.join(' && '), isFolder: false });
      const cache = JSON.stringify({ remotes: { team: { url: peer.url(crypto.randomUUID()) } } });
      writeFileSync(join(project, 'pipe.project.yaml'), cache);
      const run = (...parameters: readonly string[]) =>
        desk.call(project, desk.pipe('run', 'load.yaml', ...parameters));
      run();
      return {
        ours: { time: () => run() },
        theirs: [{ name: against, aim: 1.05, time: () => run('--no-remote') }],
      };
    },
  };
}

/** All rows, in their order. */
export const rows: readonly RemoteRow[] = [
  ...transferRows('curl', large),
  ...transferRows('aws s3 cp', large),
  ...transferRows('aws s3 cp', many),
  idleRow('curl'),
];

/** A project with its results, and the same bytes in the form for other programs. */
interface Source {
  readonly project: string;
  readonly content: string;
}

const sources = new Map<Load, Source>();

function sourceOf(desk: Desk, load: Load): Source {
  const known = sources.get(load);
  if (known) return known;
  const project = desk.newProject(load);
  desk.call(project, desk.pipe('run', 'load.yaml'));
  desk.call(project, desk.pipe('export', 'load.yaml', 'load.out', 'exported'));
  const source = { project, content: join(project, 'exported', 'out') };
  sources.set(load, source);
  return source;
}
