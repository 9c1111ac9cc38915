export { type ProcessIdentity, thisProcess } from '../../disk/process-identity.ts';
export type { Collected, Collection, CollectionRequest } from './collect.ts';
export type {
  Claims,
  Damage,
  Draft,
  Elsewhere,
  FindOptions,
  Lookup,
  Objects,
  Publication,
  Records,
  Store,
} from './contract.ts';
export { ArtifactLostError, ForeignBytesError } from './failure.ts';
export { parseManifest } from './manifest.ts';
export { recordIn, writeRecord } from './record-file.ts';
export type { RefusedRecord, StoredRecord } from './record-list.ts';
export type { LoggedRun, RunLog, Runs } from './runs.ts';
export type { LogName, StageLog } from './stage-logs.ts';
export { type LocalStore, openStore, type StoreOptions } from './store.ts';
export type { DamagedObject, Verification, VerificationRequest } from './verify.ts';
export { checkWritable } from './writable.ts';
