/** Time, injected: a run reads it for durations and dates, and to end a stage that takes too long. */
export interface Clock {
  /** Milliseconds since the Unix epoch; never goes back. */
  now(): number;
  /** Calls back once, after so many milliseconds; returns what cancels it. */
  after(milliseconds: number, callback: () => void): () => void;
}

/** A timer of Node cannot wait longer (24.8 days): it would fire at once. */
const longestTimer = 2 ** 31 - 1;

/** This machine's clock: a monotonic one, started at the time of day. */
export const systemClock: Clock = {
  now: () => performance.timeOrigin + performance.now(),
  after(milliseconds, callback) {
    const timer = setTimeout(callback, Math.min(milliseconds, longestTimer));
    return () => clearTimeout(timer);
  },
};
