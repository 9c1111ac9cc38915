import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { pipe, startPipe } from '../support/pipe.ts';
import { temporaryDirectory } from '../support/temporary.ts';
import { until } from '../support/until.ts';

const directory = temporaryDirectory();

const pipeline = {
  name: 'p',
  stages: {
    command: {
      uses: 'shell',
      with: {
        command: 'echo out; echo err >&2; echo "$SECRET" | rev | rev; echo x > o',
        outputs: { o: 'o' },
        secrets: ['SECRET'],
      },
    },
    module: { uses: './talks.mjs' },
    fails: { uses: 'shell', with: { command: 'echo before; printf "no end"; exit 3', outputs: { o: 'o' } } },
    silent: { uses: 'shell', with: { command: 'echo > o', outputs: { o: 'o' } } },
  },
};

const talks = `export default {
  summary: 'Talks.', schema: { type: 'object' }, inputs: {}, outputs: { o: { file: 'o', summary: 'Nothing.' } },
  async run({ outputs }) {
    console.log('to standard output');
    console.error('to standard error');
    (await import('node:fs')).writeFileSync(outputs.o, '');
    return {};
  },
};
`;

const environment = { SECRET: 'open sesame' };
const run = (...words: string[]) => pipe(['run', 'p.yaml', '--keep-going', ...words], { directory, environment });
const logs = async (...words: string[]) => {
  const { code, stdout, stderr } = await pipe(['logs', ...words], { directory });
  expect(code, stderr).toBe(0);
  return { stdout, stderr };
};

beforeAll(async () => {
  writeFileSync(join(directory, 'p.yaml'), JSON.stringify(pipeline));
  writeFileSync(join(directory, 'talks.mjs'), talks);
  const first = await run('--logs');
  expect(first.code).toBe(1);
  expect(first.stdout).toContain('command | out\ncommand | err\n');
  expect(first.stdout).toContain('module | to standard output\n');
  expect(first.stdout).toContain('fails | before\nfails | no end\n');
});

test('what commands and modules say is kept, in order, failed or not, without secrets', async () => {
  expect((await logs('command')).stdout).toBe('out\nerr\n***\n');
  expect((await logs('module')).stdout.split('\n').sort()).toEqual(['', 'to standard error', 'to standard output']);
  expect((await logs('fails')).stdout).toBe('before\nno end');
  expect(await logs('silent')).toMatchObject({ stdout: '', stderr: expect.stringContaining('silent printed nothing') });
});

test('without --logs it is not shown; of a reused result the log says from which run it is', async () => {
  const [first] = JSON.parse((await pipe(['runs', '--json'], { directory })).stdout).runs as { id: string }[];
  const second = await run();
  expect(second.stdout).not.toContain('command | out');
  expect(await logs('command')).toEqual({ stdout: 'out\nerr\n***\n', stderr: `from run ${first!.id}\n` });
  expect((await logs('fails', '--run', first!.id)).stdout).toBe('before\nno end');
});

test('an unknown stage or run is reported with a message, exit code 2', async () => {
  const stage = await pipe(['logs', 'comand'], { directory });
  expect(stage).toMatchObject({ code: 2, stderr: expect.stringContaining('did you mean "command"?') });
  const other = await pipe(['logs', 'command', '--run', 'none'], { directory });
  expect(other).toMatchObject({ code: 2, stderr: expect.stringContaining('There is no run "none" here') });
});

test('--follow continues until the stage ends', async () => {
  const [go, begun] = [join(directory, 'go'), join(directory, 'begun')];
  const command = `echo first; echo > ${begun}; while [ ! -e ${go} ]; do sleep 0.02; done; echo last; echo > o`;
  const slow = { name: 'slow', stages: { s: { uses: 'shell', with: { command, outputs: { o: 'o' } } } } };
  writeFileSync(join(directory, 'slow.yaml'), JSON.stringify(slow));
  const running = startPipe(['run', 'slow.yaml', '--artifacts', 'slow'], { directory });
  await until(() => (existsSync(begun) ? true : undefined));
  const following = startPipe(['logs', 's', '-f', '--artifacts', 'slow'], { directory });
  let said = '';
  following.child.stdout!.on('data', (text: string) => {
    said += text;
  });
  await until(() => (said === 'first\n' ? true : undefined));
  writeFileSync(go, '');
  expect((await following.outcome).stdout).toBe('first\nlast\n');
  expect((await running.outcome).code).toBe(0);
});
