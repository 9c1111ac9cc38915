export { type ProcessIdentity, thisProcess } from '../../disk/process-identity.ts';
export type { Collected, Collection, CollectionRequest } from './collect.ts';
export type { Claims, Damage, Draft, Lookup, Objects, Publication, Records, Store } from './contract.ts';
export type { RefusedRecord, StoredRecord } from './record-list.ts';
export type { RunLog, RunSummary, Runs } from './runs.ts';
export { type LocalStore, openStore, type StoreOptions } from './store.ts';
export type { DamagedObject, Verification, VerificationRequest } from './verify.ts';
export { parseRecord, writeRecord } from './record-file.ts';
export { checkWritable } from './writable.ts';
