import { readFile } from 'node:fs/promises';
import { PassThrough } from 'node:stream';
import { CommanderError } from 'commander';
import { describe, expect, test } from 'vitest';
import { commandLine, optionDescription } from '../../src/cli/command-line.ts';
import { commands } from '../../src/cli/commands/index.ts';
import type { CliContext } from '../../src/cli/context.ts';
import { packageVersion } from '../../src/cli/origin.ts';
import { pipe } from '../support/pipe.ts';
import { typed } from '../support/typed.ts';

const loaded = await Promise.all(
  Object.entries(commands).map(async ([name, load]) => [name, (await load()).command] as const),
);

/** The command line with commands that note what they were called with, and do nothing. */
function recorded() {
  const calls: unknown[][] = [];
  const run = async (_context: CliContext, ...values: unknown[]) => {
    calls.push(values);
    return 0;
  };
  const stream = Object.assign(new PassThrough().resume(), { columns: 100 }) as unknown as NodeJS.WriteStream;
  const output = Object.assign(stream, { stream });
  const asTyped = (text: string) => text;
  const context = { arguments: [], stdout: output, stderr: output, environment: {}, asTyped } as unknown as CliContext;
  const noted = new Map(loaded.map(([name, command]) => [name, { ...command, run }]));
  return { program: commandLine('0.0.0', noted, context, () => undefined), calls };
}

const { program } = recorded();
const described = program.commands.map((command) => [command.name(), command] as const);

/** The lines under `Examples:` of a help text that are commands, without the remarks behind them. */
function examplesIn(help: string): readonly string[] {
  const lines = help.slice(help.search(/^Examples?:/mu)).split('\n');
  return lines.filter((line) => line.startsWith('  pipe ')).map((line) => line.trim().split(/ {2,}/u)[0]!);
}

describe('help', () => {
  test.each(['pipe', ...described.map(([name]) => name)])('of %s', async (name) => {
    const { code, stdout, stderr } = await typed([...(name === 'pipe' ? [] : [name]), '--help']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatchSnapshot();
    const examples = examplesIn(stdout);
    expect(examples.length).toBeGreaterThan(0);
    for (const example of examples) {
      const { program: parser, calls } = recorded();
      await parser.parseAsync(example.split(' ').slice(1), { from: 'user' });
      expect(calls, example).toHaveLength(1);
    }
  });

  test('an example with an option that there is not would be found', async () => {
    const parsing = recorded().program.parseAsync(['run', 'x.yaml', '--overlai', 'y.yaml'], { from: 'user' });
    await expect(parsing).rejects.toBeInstanceOf(CommanderError);
  });

  test('spawned: help and version on standard output', async () => {
    const help = await pipe(['help', 'run']);
    expect(help).toMatchObject({ code: 0, stderr: '' });
    expect(help.stdout).toMatch(/^Usage: pipe run \[options\] <pipeline>\n/u);
    expect(await pipe(['--version'])).toEqual({ code: 0, stdout: `${packageVersion}\n`, stderr: '' });
  });
});

test('docs/commands.md has a section for every command, and a line for every option of it', async () => {
  const text = await readFile(new URL('../../docs/commands.md', import.meta.url), 'utf8');
  const sections = new Map(text.split(/^## /mu).map((section) => [section.split('\n')[0], section]));
  for (const [name, command] of described) {
    const section = sections.get(`pipe ${name}`);
    expect(section, `## pipe ${name}`).toBeDefined();
    expect(section).toContain(`pipe ${name} ${command.usage()}`);
    for (const option of command.options) {
      expect(section, name).toContain(`| \`${option.flags}\` | ${optionDescription(option)} |`);
    }
    const documented = [...section!.matchAll(/^\| `(-[^`]*)` \|/gmu)].map(([, flags]) => flags);
    expect(documented, `options of pipe ${name} in docs/commands.md`).toEqual(
      command.options.map(({ flags }) => flags),
    );
  }
});

test('what is typed comes to the command as it was meant', async () => {
  const parse = async (text: string) => {
    const { program: parser, calls } = recorded();
    await parser.parseAsync(text.split(' '), { from: 'user' });
    return calls[0];
  };
  expect(await parse('gc a.yaml b.yaml --older-than 1h30m --max-size 1.5GB -y')).toEqual([
    ['a.yaml', 'b.yaml'],
    expect.objectContaining({ olderThan: 5_400_000, maxSize: 1.5e9, yes: true }),
  ]);
  expect(await parse('run p.yaml --overlay a --overlay b --set x.y=1 --set z=2 --jobs 3')).toEqual([
    'p.yaml',
    {
      overlay: ['a', 'b'],
      set: ['x.y=1', 'z=2'],
      sweep: [],
      tag: [],
      target: [],
      force: [],
      json: false,
      frozen: false,
      keepGoing: false,
      logs: false,
      continue: [],
      jobs: 3,
      maxSize: 50e9,
      yes: false,
      gpu: false,
      deterministic: false,
      remote: [],
      verify: false,
      watch: false,
      host: '127.0.0.1',
      port: 0,
      wait: true,
    },
  ]);
});
