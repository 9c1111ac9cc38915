/** The progress of a setup. */
export interface SetupProgress {
  /** What is being done now, e.g. `downloading tensorflow-cpu 2.21.0`. */
  readonly label: string;
  readonly done: number;
  readonly total: number;
  /** What `done` and `total` count: `bytes` or `steps`. */
  readonly unit: 'bytes' | 'steps';
}

/** A listener for the progress of a setup. */
export type SetupListener = (progress: SetupProgress) => void;

/** A size as text, e.g. `0.9 GB`. */
export function gigabytes(bytes: number): string {
  return `${(bytes / 1e9).toFixed(1)} GB`;
}
