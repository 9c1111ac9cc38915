/** One result of the inspection. */
export interface Inspection {
  /** What was inspected, e.g. `compiler`. */
  readonly subject: string;
  /** `good`; `absent` if a run works without it; `bad` if a run would fail, or leave a GPU idle, because of it. */
  readonly state: 'good' | 'absent' | 'bad';
  /** What was found, in a few words. */
  readonly detail: string;
  /** What to do about it, if anything. */
  readonly next?: string;
}
