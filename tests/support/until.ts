import { setTimeout as delay } from 'node:timers/promises';

/** Repeats a query until there is an answer; the test's own time limit ends it. */
export async function until<Value>(ask: () => Promise<Value | undefined> | Value | undefined): Promise<Value> {
  for (;;) {
    const value = await ask();
    if (value !== undefined) return value;
    await delay(10);
  }
}
