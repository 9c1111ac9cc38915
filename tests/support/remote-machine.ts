import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { systemClock } from '../../src/engine/clock.ts';
import {
  newPrivateKey,
  type PublicKey,
  publicKeyOf,
  publicText,
  type SigningKey,
  signingKeyOf,
} from '../../src/remote/keys.ts';
import { PatientRemote } from '../../src/remote/patient-remote.ts';
import type { Remote } from '../../src/remote/remote.ts';
import { type FoundDamage, RemoteChain } from '../../src/remote/remote-chain.ts';
import type { Trust } from '../../src/remote/sealed-record.ts';
import { type Remotes, TieredStore } from '../../src/remote/tiered-store.ts';
import { Uploads } from '../../src/remote/uploads.ts';
import type { Pipeline } from '../../src/schema/pipeline.ts';
import { freshDirectory, storeAt } from './fresh-store.ts';
import { RunRig, states } from './run-rig.ts';
import { toyPipeline } from './toy-pipelines.ts';

/** A user with a key, and its public half as others know it. */
export interface Signer {
  readonly signing: SigningKey;
  readonly trusted: PublicKey;
}

/** Makes a new key for somebody. */
export function signer(name: string): Signer {
  const signing = signingKeyOf(newPrivateKey(), 'a test');
  return { signing, trusted: publicKeyOf(publicText(signing), name) as PublicKey };
}

/** A machine with an empty store in front of the remotes, used by `by`; its waits between attempts take no time. */
export async function machineBefore(
  remotes: readonly Remote[],
  {
    by,
    trust,
    believes,
  }: { readonly by: Signer | undefined; readonly trust: Trust; readonly believes?: Remotes['believes'] },
) {
  const warnings: string[] = [];
  const local = await storeAt(join(freshDirectory(), 'artifacts'));
  const clock = { now: systemClock.now, after: (_: number, callback: () => void) => systemClock.after(0, callback) };
  const opened = remotes.map((remote) => {
    onTestFinished(() => remote.close());
    return { remote: new PatientRemote(remote, { clock, onGivenUp: (message) => warnings.push(message) }), trust };
  });
  const onWarning = (message: string) => void warnings.push(message);
  const damage: FoundDamage = new Map();
  const uploads = new Uploads(local, opened, by?.signing, { onWarning, damage });
  const chain = new RemoteChain(local, opened, { onWarning, damage });
  const store = new TieredStore(local, {
    chain: async () => chain,
    uploads: async () => uploads,
    ...(believes && { believes }),
  });
  const rig = new RunRig();
  return {
    local,
    store,
    chain,
    uploads,
    rig,
    warnings,
    plan: (pipeline: Pipeline) => rig.plan(pipeline, {}, store),
    run: async (pipeline: Pipeline) => {
      const summary = await rig.run(pipeline, {}, { store });
      return { states: states(summary), summary, sent: await uploads.finish() };
    },
  };
}

/** A teacher, its student, and an evaluation of the student, which changes with the rate. */
export function threeStages(rate = 1): Pipeline {
  return toyPipeline([
    { id: 'teacher', config: { seed: 7 } },
    { id: 'student', needs: { teacher: 'teacher' } },
    { id: 'report', needs: { student: 'student' }, config: { rate } },
  ]);
}
