import type { Clock } from '../../src/engine/clock.ts';
import { systemClock } from '../../src/engine/clock.ts';

/** A clock that is a minute ahead, so that new files look as if they had not changed for a while. */
export const settledClock: Clock = { ...systemClock, now: () => systemClock.now() + 60_000 };
