import type { Clock } from '../../src/engine/clock.ts';
import { systemClock } from '../../src/engine/clock.ts';

/** A clock a minute ahead, so that files just written look as if they had been left alone for a while. */
export const settledClock: Clock = { ...systemClock, now: () => systemClock.now() + 60_000 };
