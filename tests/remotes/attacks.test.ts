import { expect, test } from 'vitest';
import { readEnvelope, seal } from '../../src/remote/envelope.ts';
import type { Trust } from '../../src/remote/sealed-record.ts';
import { machineBefore, type Signer, signer, threeStages } from '../support/remote-machine.ts';
import { temporaryDirectory } from '../support/temporary.ts';
import { type Cache, describeCaches } from './places.ts';

const alice = signer('alice');
const mallory = signer('mallory');
const trustsAlice: Trust = { keys: [alice.trusted], unsigned: false };
const allHits = { teacher: 'hit', student: 'hit', report: 'hit' };
const allRan = { teacher: 'ran', student: 'ran', report: 'ran' };

const machine = (cache: Cache, { by = alice, trust = trustsAlice }: { by?: Signer; trust?: Trust } = {}) =>
  machineBefore([cache.open()], { by, trust });

/** A cache that alice filled, and the keys and digests of what is there. */
async function filled(cache: Cache) {
  const first = await machine(cache);
  const { states, sent, summary } = await first.run(threeStages());
  expect({ states, failed: sent.failed, warnings: first.warnings }).toEqual({
    states: allRan,
    failed: 0,
    warnings: [],
  });
  const of = (id: string) => {
    const { key, outputs } = summary.stages.find((stage) => stage.id === id)!;
    return { key: key as string, digest: outputs['out']!.digest, bytes: outputs['out']!.bytes };
  };
  return { local: first.local, teacher: of('teacher'), student: of('student'), report: of('report') };
}

describeCaches(temporaryDirectory(), (freshCache) => {
  test('a record of another key, put under this one, is refused and replaced', async () => {
    const cache = await freshCache();
    const { teacher, student } = await filled(cache);
    const attacker = cache.open();
    await attacker.replaceRecord(student.key, (await attacker.record(teacher.key)) as Buffer);
    const second = await machine(cache);
    expect((await second.run(threeStages())).states).toMatchObject({ teacher: 'hit', student: 'ran' });
    expect(second.warnings.join()).toContain('contains no record of this key');
    expect((await (await machine(cache)).run(threeStages())).states).toEqual(allHits);
  });

  test.each([
    ['those of another object', (_: Buffer, other: Buffer) => other],
    ['half of them', (content: Buffer) => content.subarray(0, content.length / 2)],
    ['as many others', (content: Buffer) => Buffer.alloc(content.length, 'x')],
    ['none', () => Buffer.alloc(0)],
  ])('an object whose bytes are %s is not used, and is repaired', async (_, alter) => {
    const cache = await freshCache();
    const { local, teacher, student } = await filled(cache);
    const contentOf = async (digest: string) => {
      const chunks: Uint8Array[] = [];
      await cache.open().fetch(digest, async (content) => {
        for await (const chunk of content) chunks.push(chunk);
      });
      return Buffer.concat(chunks);
    };
    const content = await contentOf(student.digest);
    cache.overwrite(student.digest, alter(content, await contentOf(teacher.digest)));
    const second = await machine(cache);
    // Something new reads the altered object.
    const { states, summary } = await second.run(threeStages(2));
    expect(states).toEqual({ teacher: 'hit', student: 'ran', report: 'ran' });
    expect(summary.stages.find(({ id }) => id === 'student')?.outputs['out']?.digest).toBe(student.digest);
    expect(local.hasObject(student.digest)).toBe(true);
    expect((await contentOf(student.digest)).equals(content)).toBe(true);
    expect((await (await machine(cache)).run(threeStages(3))).states).toEqual({ ...allHits, report: 'ran' });
  });

  test('a key that is trusted no more makes all its records unbelievable', async () => {
    const cache = await freshCache();
    await filled(cache);
    const revoked = await machine(cache, { by: mallory, trust: { keys: [mallory.trusted], unsigned: false } });
    expect((await revoked.run(threeStages())).states).toEqual(allRan);
    expect(revoked.warnings.join()).toContain(`is signed by "${alice.signing.id.slice(0, 12)}"; trusted keys: mallory`);
  });

  test('a record of a form that is not known yet is refused by its name', async () => {
    const cache = await freshCache();
    const { student } = await filled(cache);
    const attacker = cache.open();
    const envelope = readEnvelope((await attacker.record(student.key)) as Buffer);
    if ('refusal' in envelope) throw new Error(envelope.refusal);
    const later = envelope.payload.toString('utf8').replace('urn:pipe-ml:record:v1', 'urn:pipe-ml:record:v2');
    await attacker.replaceRecord(student.key, seal(envelope.payloadType, Buffer.from(later), alice.signing));
    const second = await machine(cache);
    expect((await second.run(threeStages())).states).toMatchObject({ teacher: 'hit', student: 'ran' });
    expect(second.warnings.join()).toContain('has the form "urn:pipe-ml:record:v2"; this version reads');
  });

  test('what is no record at all is refused, and replaced', async () => {
    const cache = await freshCache();
    const { student } = await filled(cache);
    await cache.open().replaceRecord(student.key, Buffer.from('<html>please log in</html>'));
    const second = await machine(cache);
    expect((await second.run(threeStages())).states).toMatchObject({ student: 'ran' });
    expect(second.warnings.join()).toContain('is not a signed envelope');
    expect((await (await machine(cache)).run(threeStages())).states).toEqual(allHits);
  });

  test('of two machines that compute the same at once both end right, and the others reuse one', async () => {
    const cache = await freshCache();
    const racing = await Promise.all([machine(cache), machine(cache)]);
    const results = await Promise.all(racing.map((each) => each.run(threeStages())));
    expect(results.map(({ sent }) => sent.failed)).toEqual([0, 0]);
    const third = await machine(cache);
    const { states, summary } = await third.run(threeStages());
    expect(states).toEqual(allHits);
    const digests = ({ stages }: typeof summary) => stages.map(({ outputs }) => outputs['out']?.digest);
    for (const each of results) expect(digests(each.summary)).toEqual(digests(summary));
  });
});
