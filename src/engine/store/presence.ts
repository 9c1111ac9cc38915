import type { Layout } from './layout.ts';
import { Locks } from './locks.ts';
import { markStore } from './marker.ts';
import { keepReserve } from './reserve.ts';
import { type SessionOptions, StoreSession } from './session.ts';
import { UpkeepLock } from './upkeep-lock.ts';

/** What a process needs to change a store: a session, locks, and the lock that separates adding from removing. */
export interface Presence {
  readonly session: StoreSession;
  readonly locks: Locks;
  readonly upkeep: UpkeepLock;
  leave(): void;
}

/** Enters a store for writing: removes what dead processes left, and waits while another removes. */
export async function enter(layout: Layout, around: SessionOptions): Promise<Presence> {
  markStore(layout, around.process);
  const session = new StoreSession(layout, around);
  try {
    const locks = new Locks(layout, session);
    const upkeep = new UpkeepLock(layout, session, locks);
    session.sweep();
    keepReserve(layout);
    await upkeep.ended();
    const leave = () => {
      try {
        locks.releaseAll();
      } finally {
        session.close();
      }
    };
    return { session, locks, upkeep, leave };
  } catch (error) {
    session.close();
    throw error;
  }
}
