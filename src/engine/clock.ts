/** Time, injected: a run uses it for durations and dates, and to end a stage that takes too long. */
export interface Clock {
  /** Milliseconds since the Unix epoch; never goes back. */
  now(): number;
  /** Calls back once, after this many milliseconds; returns a function that cancels it. */
  after(milliseconds: number, callback: () => void): () => void;
}

/** Node's timers cannot wait longer (24.8 days): they would fire at once. */
const longestTimer = 2 ** 31 - 1;

/** The clock of this machine: monotonic, started at the current time of day. */
export const systemClock: Clock = {
  now: () => performance.timeOrigin + performance.now(),
  after(milliseconds, callback) {
    const timer = setTimeout(callback, Math.min(milliseconds, longestTimer));
    return () => clearTimeout(timer);
  },
};
