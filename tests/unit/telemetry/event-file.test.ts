import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { EventFile } from '../../../src/telemetry/event-file.ts';
import { temporaryDirectory } from '../../support/temporary.ts';

const path = join(temporaryDirectory(), 'events.out.tfevents.0.pipe');

// The length, the two checksums and the fields of each record are those that TensorBoard 2.21's own `RecordWriter` and `Event` write.
const golden = [
  '1800000000000000a37f4b2209000000000000f83f1a0d627261696e2e4576656e743a322a28646c',
  '2700000000000000bbe1b14609000000000000f83f10032a1a0a180a046c6f7373150000003f4a0b0a090a077363616c617273b0bd8c72',
  '1b000000000000001a0d9e1309000000000000004010ac022a0d0a0b0a046c6f7373150000c07f313bada1',
  '1800000000000000a37f4b2209000000000000084010ffffffffffffffffff013a0208010be5b3fd',
  '2b00000000000000861bc34b0900000000000010402a200a1e0a0873657474696e67734208080712004202c3a94a080a060a0474657874abb003fc',
];

test('a file has the bytes that TensorBoard itself writes, after each event', () => {
  const file = new EventFile(path);
  const written = () => readFileSync(path).toString('hex');
  file.add(1.5, [{ step: 3, values: [{ kind: 'scalar', tag: 'loss', number: 0.5 }] }]);
  expect(written()).toBe(golden.slice(0, 2).join(''));
  file.add(2, [{ step: 300, values: [{ kind: 'scalar', tag: 'loss', number: Number.NaN }] }]);
  file.restart(3, -1);
  file.close();
  file.add(4, [{ step: 0, values: [{ kind: 'text', tag: 'settings', text: 'é' }] }]);
  file.close();
  expect(written()).toBe(golden.join(''));
});
