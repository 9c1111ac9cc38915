import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { containment } from '../../src/process/containment.ts';
import { pipe, startPipe } from '../support/pipe.ts';
import { processesWith } from '../support/processes.ts';
import { temporaryDirectory } from '../support/temporary.ts';
import { until } from '../support/until.ts';

const directory = temporaryDirectory();
const { namespace } = await containment(process.env);
let serial = 0;

/** Each way that this system allows: the setting that asks for it. */
const ways = [...(namespace ? [['in a namespace', true] as const] : []), ['by its mark', false] as const];

test('both ways are tried here', (context) => {
  if (!namespace) context.skip('this system allows no process namespaces: only marks are tested');
});

/** Children that would go on for an hour; each makes `sleep N` show in the list of processes. */
const children: readonly (readonly [string, (sleep: string) => string])[] = [
  ['in the background', (sleep) => `${sleep} &`],
  ['with a session of its own', (sleep) => `setsid ${sleep} &`],
  ['with a cleared environment', (sleep) => `env -i ${sleep} &`],
  ['that ignores TERM and HUP', (sleep) => `(trap '' TERM HUP; ${sleep}) &`],
  // Not without end: where it is not ended, as when these tests are killed, it must not fill the machine.
  ['that goes on forking', (sleep) => `setsid sh -c 'for _ in $(seq 2000); do ${sleep} & sleep 0.01; done' &`],
];

/** A pipeline of one command that says when it has begun, starts a child, and goes on for an hour unless the file `quick` is there. */
function begin(contain: boolean, child: (sleep: string) => string) {
  serial += 1;
  const name = `p${serial}`;
  const sleep = `sleep ${7200 + serial}.${process.pid}`;
  const [begun, quick] = ['begun', 'quick'].map((file) => join(directory, `${name}.${file}`)) as [string, string];
  const command = `if [ -e ${quick} ]; then echo done > o; exit; fi; ${child(sleep)} sleep 0.05; echo go > ${begun}; ${sleep}`;
  const stage = { uses: 'shell', contain, with: { command, outputs: { o: 'o' } } };
  writeFileSync(join(directory, `${name}.yaml`), JSON.stringify({ name: 'p', stages: { s: stage } }));
  const typed = ['run', `${name}.yaml`, '--artifacts', name];
  const isBegun = () => until(() => (existsSync(begun) ? true : undefined));
  return { typed, sleep, isBegun, beQuick: () => writeFileSync(quick, '') };
}

const isGone = (sleep: string) => until(() => (processesWith(sleep).length === 0 ? true : undefined));

describe.each(ways)('%s', (way, contain) => {
  test.each(children)(
    'after kill -9 of the runner, a child %s is gone before the stage runs again',
    async (_, child) => {
      const { typed, sleep, isBegun, beQuick } = begin(contain, child);
      const { child: runner, outcome } = startPipe(typed, { directory });
      await isBegun();
      expect(processesWith(sleep)).not.toEqual([]);
      runner.kill('SIGKILL');
      await outcome;
      // In a namespace they end at once; by their mark, at the latest when another run takes the stage over.
      if (way === 'in a namespace') await isGone(sleep);
      beQuick();
      const again = await pipe(typed, { directory });
      expect(again.code, again.stderr).toBe(0);
      expect(processesWith(sleep)).toEqual([]);
    },
  );

  test.each(['SIGHUP', 'SIGTERM'] as const)('%s stops the run, and all that its stages started', async (signal) => {
    const { typed, sleep, isBegun } = begin(contain, (text) => `setsid ${text} &`);
    const { child: runner, outcome } = startPipe(typed, { directory });
    await isBegun();
    runner.kill(signal);
    const { code, stderr } = await outcome;
    expect(code, stderr).toBe(130);
    expect(processesWith(sleep)).toEqual([]);
  });
});
