import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Trial } from '../engine/trial.ts';
import type { Desk, Load } from './desk.ts';
import type { Peer } from './peer.ts';

/** One thing to time; it is set up on demand. */
export interface RemoteRow {
  readonly what: string;
  readonly against: string;
  readonly trial: () => Omit<Trial, 'rounds'>;
}

/** One large file, at 0.8 of the peer's rate or more. */
export const large = {
  load: { title: '1 GB in one file', command: 'head -c 1000000000 /dev/urandom > out', isFolder: false },
  aim: 1 / 0.8,
};

/** Many small files, at three times the peer's rate or more. */
export const many = {
  load: {
    title: '10,000 files of 4 kB',
    command: 'mkdir out && head -c 40960000 /dev/urandom | split -b 4096 -a 4 -d - out/f',
    isFolder: true,
  },
  aim: 1 / 3,
};

/** Sends a load to an empty place, and downloads it to an empty store. */
export function transferRows(
  desk: Desk,
  peer: Peer,
  { load, aim }: { readonly load: Load; readonly aim: number },
): readonly RemoteRow[] {
  const row = (what: string, time: (source: Source) => { ours: () => number; theirs: () => number }): RemoteRow => ({
    what,
    against: peer.name,
    trial: () => {
      const { ours, theirs } = time(sourceOf(desk, load));
      return { what, ours: { time: ours }, theirs: [{ name: peer.name, aim, time: theirs }] };
    },
  });
  return [
    row(`${load.title}, sent to ${peer.server}`, ({ project, content }) => {
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
    row(`${load.title}, brought from ${peer.server}`, ({ project, content }) => {
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
export function idleRow(desk: Desk, peer: Peer): RemoteRow {
  const [what, against] = [`a run that reuses everything, with ${peer.server} as a shared cache`, 'the same without'];
  return {
    what,
    against,
    trial: () => {
      const stages = Array.from({ length: 20 }, (_, index) => `echo ${index} > out`);
      const { project } = sourceOf(desk, { title: '', command: stages.join(' && '), isFolder: false });
      const cache = JSON.stringify({ remotes: { team: { url: peer.url(crypto.randomUUID()) } } });
      writeFileSync(join(project, 'pipe.project.yaml'), cache);
      const run = (...parameters: readonly string[]) =>
        desk.call(project, desk.pipe('run', 'load.yaml', ...parameters));
      run();
      return {
        what,
        ours: { time: () => run() },
        theirs: [{ name: against, aim: 1.05, time: () => run('--no-remote') }],
      };
    },
  };
}

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
