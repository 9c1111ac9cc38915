// The awkward cases in which `npm run bench:engine -- --probes` tests every tool, with the correct answer for each.
import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import { type Outcome, pipe, startPipe } from '../support/pipe.ts';
import { temporaryDirectory } from '../support/temporary.ts';
import { until } from '../support/until.ts';

const root = temporaryDirectory();
let serial = 0;
/** The project of the current test, and the undeclared log to which its commands write their names. */
let directory = '';
let log = '';

beforeEach(() => {
  serial += 1;
  directory = join(root, String(serial));
  log = join(root, `${serial}.log`);
  mkdirSync(directory);
});

function write(name: string, text: string): void {
  writeFileSync(join(directory, name), text);
}

/** The names in the log, one after the other; empties it. */
function takeLog(): string {
  const names = existsSync(log) ? readFileSync(log, 'utf8').replaceAll('\n', '') : '';
  rmSync(log, { force: true });
  return names;
}

interface Summary {
  readonly stages: readonly { readonly id: string; readonly outputs: Readonly<Record<string, { path: string }>> }[];
}

/** The path of the object of a stage's only output. */
function objectOf({ stdout }: Outcome, stage: string): string {
  const { stages } = JSON.parse(stdout) as Summary;
  return Object.values(stages.find(({ id }) => id === stage)!.outputs)[0]!.path;
}

const command = ['run', 'pipeline.yaml', '--json'];

/** Runs, and returns which stages ran. */
async function run(): Promise<{ readonly ran: string; readonly outcome: Outcome }> {
  const outcome = await pipe(command, { directory });
  expect(outcome.code, outcome.stderr).toBe(0);
  return { ran: takeLog(), outcome };
}

describe('a, b and c, in a row', () => {
  // Different from the bytes of b's output; otherwise they would be one object.
  const good = 'lr 1\nb\nlr 1\nb\n';

  beforeEach(async () => {
    write('a.cfg', '# 0\nlr 1\n');
    write('b.cfg', 'b\n');
    write(
      'pipeline.yaml',
      `name: probes
stages:
  a:
    uses: shell
    with: { command: "echo a >> ${log}; grep -v '^#' a.cfg > a.out", files: [a.cfg], outputs: { a: a.out } }
  b:
    uses: shell
    needs: { a: a.a }
    with: { command: "echo b >> ${log}; cat a.out b.cfg > b.out", files: [b.cfg], inputs: { a: a.out }, outputs: { b: b.out } }
  c:
    uses: shell
    needs: { b: b.b }
    with: { command: "echo c >> ${log}; cat b.out b.out > c.out", inputs: { b: b.out }, outputs: { c: c.out } }
`,
    );
    expect((await run()).ran).toBe('abc');
  });

  test('nothing changed: nothing runs', async () => {
    expect((await run()).ran).toBe('');
  });

  test('a gives equal bytes again: nothing below it runs', async () => {
    write('a.cfg', '# 1\nlr 1\n');
    expect((await run()).ran).toBe('a');
    expect((await run()).ran).toBe('');
  });

  test('an input was merely touched: nothing runs', async () => {
    utimesSync(join(directory, 'a.cfg'), new Date(), new Date());
    expect((await run()).ran).toBe('');
  });

  test("b's output was lost: nobody needs it, nothing runs", async () => {
    rmSync(objectOf((await run()).outcome, 'b'));
    expect((await run()).ran).toBe('');
  });

  test('the last output was lost: its stage runs again, and what that needs, and the bytes are back', async () => {
    const { outcome } = await run();
    for (const stage of ['b', 'c']) rmSync(objectOf(outcome, stage), { force: true });
    const again = await run();
    expect(again.ran).toBe('bc');
    expect(readFileSync(objectOf(again.outcome, 'c'), 'utf8')).toBe(good);
  });

  test('a value was changed, and put back: what it concerns runs, then nothing', async () => {
    write('b.cfg', 'b2\n');
    expect((await run()).ran).toBe('bc');
    write('b.cfg', 'b\n');
    expect((await run()).ran).toBe('');
  });

  test.each([
    ['edited by hand', 'by hand\n', false],
    ['altered to as many bytes, and its times put back', 'LR 1\nB\nlr 1\nb\n', true],
  ])('what is kept of c was %s: it is said, made again, and never used', async (_case, text, keepTimes) => {
    const object = objectOf((await run()).outcome, 'c');
    const { atime, mtime } = statSync(object);
    chmodSync(object, 0o644);
    writeFileSync(object, text);
    if (keepTimes) utimesSync(object, atime, mtime);
    const again = await run();
    expect(again.ran).toBe('c');
    expect(again.outcome.stderr).toContain('was altered after it was stored');
    expect(readFileSync(objectOf(again.outcome, 'c'), 'utf8')).toBe(good);
  });
});

describe('a stage in the middle of its work', () => {
  const goFile = () => join(directory, 'go');
  const hasStarted = () => until(() => (existsSync(log) ? true : undefined));

  beforeEach(() => {
    write(
      'pipeline.yaml',
      `name: probes
stages:
  s:
    uses: shell
    with:
      command: "echo s >> ${log}; echo part > s.out; until [ -e ${goFile()} ]; do sleep 0.01; done; echo done >> s.out"
      outputs: { s: s.out }
`,
    );
  });

  test('is killed: the next run starts it again, and its output is complete', async () => {
    const killed = startPipe(command, { directory });
    await hasStarted();
    process.kill(-killed.child.pid!, 'SIGKILL');
    expect((await killed.outcome).code).toBe(null);
    expect(takeLog()).toBe('s');
    writeFileSync(goFile(), '');
    const again = await run();
    expect(again.ran).toBe('s');
    expect(readFileSync(objectOf(again.outcome, 's'), 'utf8')).toBe('part\ndone\n');
  });

  test('is asked for by a second run: it runs once, and both have its output', async () => {
    const first = startPipe(command, { directory });
    await hasStarted();
    const second = startPipe(command, { directory });
    let said = '';
    second.child.stderr!.on('data', (text: string) => {
      said += text;
    });
    await until(() => (said.includes('s: waiting') ? true : undefined));
    writeFileSync(goFile(), '');
    const outcomes = await Promise.all([first.outcome, second.outcome]);
    expect(outcomes.map(({ code }) => code)).toEqual([0, 0]);
    expect(takeLog()).toBe('s');
    for (const outcome of outcomes) expect(readFileSync(objectOf(outcome, 's'), 'utf8')).toBe('part\ndone\n');
  });
});
