import { UserError } from '../../../problem/errors.ts';

/** Shares are decimal fractions: 0.8, 0.05, 0.05 and 0.1 must fit although their sum is a little more than one. */
const tolerance = 1e-9;

/** The places of every lane, and how much of each is in use. */
export class Places {
  readonly #declared: Readonly<Record<string, number>>;
  readonly #taken = new Map<string, number[]>();

  /** @param declared number of places per lane; a lane that is not named has one. */
  constructor(declared: Readonly<Record<string, number>>) {
    for (const [lane, places] of Object.entries(declared)) {
      if (places < 1) throw new UserError(`Lane "${lane}" has no place: a stage in it could never run.`);
    }
    this.#declared = declared;
  }

  /** The first place of the lane with this much of it free; undefined if there is none. */
  free(lane: string, share: number): number | undefined {
    const place = this.#lane(lane).findIndex((taken) => taken + share <= 1 + tolerance);
    return place === -1 ? undefined : place;
  }

  take(lane: string, place: number, share: number): void {
    this.#lane(lane)[place]! += share;
  }

  release(lane: string, place: number, share: number): void {
    this.#lane(lane)[place]! -= share;
  }

  #lane(lane: string): number[] {
    const taken = this.#taken.get(lane) ?? new Array<number>(this.#declared[lane] ?? 1).fill(0);
    this.#taken.set(lane, taken);
    return taken;
  }
}
