import { readdirSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { LocalStore, LogName } from '../../../../src/engine/store/index.ts';
import { compute, keyNamed } from '../../../contract/store.ts';
import { freshStore, storeAt } from '../../../support/fresh-store.ts';

const name = { run: '20260101-000000', attempt: 1 };
const key = keyNamed('a');
const piece = 256 * 1024;

/** All that can be read of a log from a position on; gaps as numbers. */
function all({ logs }: LocalStore, from = 0, which: LogName = name): readonly (string | number)[] {
  const found: (string | number)[] = [];
  for (let position = from; ; ) {
    const part = logs.read(key, which, position);
    if (part.leftOut > 0) found.push(part.leftOut);
    if (part.bytes.length === 0) return found;
    found.push(part.bytes.toString());
    position = part.position;
  }
}

test('a log is read while it is written, and tells when its stage has ended', async () => {
  const store = await freshStore();
  await store.hold();
  const log = store.logs.begin(key, name);
  expect(store.logs.list(key)).toEqual([]);
  log.write('one\n');
  const first = store.logs.read(key, name);
  expect({ ...first, bytes: first.bytes.toString() }).toEqual({
    leftOut: 0,
    bytes: 'one\n',
    position: 4,
    isEnded: false,
  });
  log.write('two\n');
  expect(all(store, first.position)).toEqual(['two\n']);
  expect(store.logs.read(key, name, 8).isEnded).toBe(false);
  log.end();
  expect(store.logs.read(key, name, 8).isEnded).toBe(true);
});

test('of a long log the beginning and the end are kept, and the gap is told', async () => {
  const store = await freshStore();
  await store.hold();
  const log = store.logs.begin(key, name);
  for (let index = 0; index < 10; index += 1) log.write(String(index).repeat(piece));
  log.write('end');
  log.end();
  expect(readdirSync(join(store.directory, 'logs', key)).sort()).toEqual(
    ['0', '10', '9', 'end'].map((part) => `${name.run}.1.${part}`),
  );
  expect(all(store)).toEqual(['0'.repeat(piece), 8 * piece, '9'.repeat(piece), 'end']);
  // Who had read as far as this finds the next gap.
  expect(all(store, 3 * piece)).toEqual([6 * piece, '9'.repeat(piece), 'end']);
});

test('a stage that says nothing leaves no file; of many attempts the latest stay', async () => {
  const store = await freshStore();
  await store.hold();
  store.logs.begin(key, name).end();
  expect(store.logs.list(key)).toEqual([]);
  for (let attempt = 1; attempt <= 8; attempt += 1) {
    const log = store.logs.begin(key, { ...name, attempt });
    log.write(`${attempt}`);
    log.end();
  }
  expect(store.logs.list(key).map(({ attempt }) => attempt)).toEqual([8, 7, 6, 5, 4]);
  expect(all(store, 0, { ...name, attempt: 8 })).toEqual(['8']);
});

test('a log goes with its record, or on its own where there is none', async () => {
  const writer = await freshStore();
  await compute(writer, 'a', 'text', { 'a.txt': 'a' });
  for (const each of [key, keyNamed('b')]) writer.logs.begin(each, name).write('said');
  await writer.close();
  const long = Date.now() / 1000 - 3600;
  const [record, log] = [join('records', key.slice(0, 2), `${key}.json`), join('logs', keyNamed('b'))];
  for (const path of [record, log, join(log, `${name.run}.1.0`)]) utimesSync(join(writer.directory, path), long, long);
  const store = await storeAt(writer.directory);
  const kept = await store.collect({ keep: new Set([key]) });
  expect(kept.removed).toMatchObject([{ kind: 'log', name: keyNamed('b'), bytes: 4 }]);
  expect(readdirSync(join(store.directory, 'logs'))).toEqual([key]);
  const { bytes } = await store.verifyAll();
  expect(await store.collect({ keep: new Set() })).toMatchObject({ freedBytes: bytes + 4, remainingBytes: 0 });
  expect(readdirSync(join(store.directory, 'logs'))).toEqual([]);
});

test('an old log stays as long as its record is in use', async () => {
  const store = await freshStore();
  await compute(store, 'a', 'text');
  store.logs.begin(key, name).write('said');
  const log = join(store.directory, 'logs', key);
  for (const path of [join(log, `${name.run}.1.0`), log]) utimesSync(path, 1, 1);
  await store.collect({ keep: new Set() });
  expect(readdirSync(join(store.directory, 'logs'))).toEqual([key]);
});
