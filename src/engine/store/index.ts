export type { Collected, Collection, CollectionRequest } from './collect.ts';
export type { Draft, Lookup, Publication, Store } from './contract.ts';
export { type ProcessIdentity, thisProcess } from './identity.ts';
export type { RefusedRecord, StoredRecord } from './record-list.ts';
export type { RunLog, RunSummary, Runs } from './runs.ts';
export { type LocalStore, openStore, type StoreOptions } from './store.ts';
export type { DamagedObject, Verification, VerificationRequest } from './verify.ts';
export { checkWritable } from './writable.ts';
