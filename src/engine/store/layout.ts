import { join } from 'node:path';

/** The paths of everything in a store's directory; the only place that knows them (docs/store.md). */
export class Layout {
  readonly root: string;
  /** The file that marks a folder as a store. */
  readonly marker: string;
  readonly markerName = 'pipe-store.json';
  /** One folder for each running process, with its drafts; removed with the process. */
  readonly sessions: string;
  readonly objects: string;
  readonly records: string;
  readonly locks: string;
  readonly runs: string;
  readonly views: string;
  readonly states: string;
  /** States of files outside the store. */
  readonly fileDigests: string;
  readonly damaged: string;
  readonly checkpointRoot: string;
  readonly endRoot: string;
  /** The output of stages, one folder per key. */
  readonly logRoot: string;
  /** Folders of failed commands, for inspection. */
  readonly failedRoot: string;
  /** A file whose only purpose is to make room for a collection on a full disk. */
  readonly reserve: string;

  constructor(root: string) {
    this.root = root;
    this.marker = join(root, this.markerName);
    this.sessions = join(root, 'tmp');
    this.objects = join(root, 'objects');
    this.records = join(root, 'records');
    this.locks = join(root, 'locks');
    this.runs = join(root, 'runs');
    this.views = join(root, 'views');
    this.states = join(root, 'states');
    this.fileDigests = join(root, 'file-digests');
    this.damaged = join(root, 'damaged');
    this.reserve = join(root, 'reserve');
    this.checkpointRoot = join(root, 'checkpoints');
    this.endRoot = join(root, 'ends');
    this.logRoot = join(root, 'logs');
    this.failedRoot = join(root, 'failed');
  }

  object(digest: string): string {
    return `${this.objects}/${digest.slice(0, 2)}/${digest}`;
  }

  record(key: string): string {
    return `${this.records}/${key.slice(0, 2)}/${key}.json`;
  }

  /** The signed envelope of a record, next to it. */
  envelope(key: string): string {
    return `${this.records}/${key.slice(0, 2)}/${key}.dsse`;
  }

  checkpoints(key: string): string {
    return join(this.checkpointRoot, key);
  }

  /** The final state of a finished computation, for a longer one to continue from. */
  end(key: string): string {
    return join(this.endRoot, key);
  }

  log(key: string): string {
    return join(this.logRoot, key);
  }

  run(id: string): string {
    return join(this.runs, id);
  }

  lock(name: string): string {
    return join(this.locks, name);
  }

  /** The folder named after a content, in which it is found under the names its consumers asked for. */
  view(digest: string, directory: boolean): string {
    return join(this.views, digest.slice(0, 2), directory ? `${digest}.tree` : digest);
  }
}
