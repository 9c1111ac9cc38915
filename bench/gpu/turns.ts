import { type Command, Contender } from '../contender.ts';
import type { PartContext } from './part.ts';
import type { Sizes } from './sizes.ts';

/** A participant: a name for people, and how its process is started. */
export interface Entrant {
  readonly name: string;
  readonly command: Command;
}

/** The measurements of one participant. */
export interface Times {
  readonly name: string;
  /** Milliseconds a step, turn by turn. */
  readonly turns: readonly number[];
  /** The first step, in which it compiles. */
  readonly firstSeconds: number;
  readonly versions: Readonly<Record<string, string>>;
  /** Why it took no turns. */
  readonly failure?: string;
}

/** How many turns of how many steps, and what a part has for it. */
type Race = Pick<PartContext, 'signal' | 'say'> & { readonly sizes: Pick<Sizes, 'warmUp' | 'steps' | 'rounds'> };

interface Ready {
  readonly contender: Contender;
  readonly firstSeconds: number;
  readonly versions: Readonly<Record<string, string>>;
  readonly turns: number[];
}

/**
 * Lets any number of processes take turns at the same work, in an order that moves by one each round. All stay loaded, and only one works
 * at a time. One that fails drops out, and the others continue.
 */
export async function takeTurns(entrants: readonly Entrant[], race: Race): Promise<readonly Times[]> {
  const { sizes, signal, say } = race;
  // All set up at the same time; none computes before it is told to.
  const contenders = entrants.map(({ name, command }) => new Contender(name, command));
  const stop = () => void Promise.all(contenders.map((contender) => contender.close()));
  signal.addEventListener('abort', stop, { once: true });
  const failures = new Map<string, string>();
  const ready = new Map<string, Ready>();
  const attempt = async (name: string, work: () => Promise<void>) => {
    try {
      await work();
    } catch (error) {
      signal.throwIfAborted();
      ready.delete(name);
      failures.set(name, error instanceof Error ? error.message : String(error));
      say(`${name}: ${failures.get(name)}`);
    }
  };
  try {
    for (const [index, { name }] of entrants.entries()) {
      await attempt(name, async () => {
        const contender = contenders[index]!;
        const { versions } = await contender.introduction();
        const { seconds } = await contender.turn(1);
        if (sizes.warmUp > 0) await contender.turn(sizes.warmUp);
        ready.set(name, { contender, firstSeconds: seconds, versions, turns: [] });
        say(`${name}: ready, first step ${seconds.toFixed(1)} s`);
      });
    }
    for (let round = 0; round < sizes.rounds; round += 1) {
      const order = [...ready.keys()];
      const first = round % Math.max(1, order.length);
      for (const name of [...order.slice(first), ...order.slice(0, first)]) {
        await attempt(name, async () => {
          const { contender, turns } = ready.get(name)!;
          turns.push(((await contender.turn(sizes.steps)).seconds / sizes.steps) * 1e3);
        });
      }
    }
  } finally {
    signal.removeEventListener('abort', stop);
    await Promise.all(contenders.map((contender) => contender.close()));
  }
  return entrants.map(({ name }) => {
    const failure = failures.get(name);
    if (failure !== undefined) return { name, turns: [], firstSeconds: Number.NaN, versions: {}, failure };
    return { name, ...ready.get(name)! };
  });
}
