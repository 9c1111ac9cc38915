import { expect, test } from 'vitest';
import { Contender } from '../../../bench/contender.ts';

test('a process that does not end when it is told to is killed', async () => {
  const stubborn = `
    process.on('SIGTERM', () => {});
    setInterval(() => {}, 1e6);
    console.log(JSON.stringify({ imagesPerStep: process.pid, versions: {} }));`;
  const contender = new Contender('stubborn', {
    program: process.execPath,
    arguments: ['-e', stubborn],
    environment: process.env,
  });
  const { imagesPerStep: pid } = await contender.introduction();
  await contender.close(1);
  expect(() => process.kill(pid, 0)).toThrowError(/ESRCH/);
});
