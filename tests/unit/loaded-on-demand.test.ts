import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { build } from '#esbuild';
import { temporaryDirectory } from '../support/temporary.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
const directory = temporaryDirectory();

/** `const { names } = await import('package')` of every source file: what is loaded on demand. */
const imports = readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.ts'))
  .flatMap((name) => [
    ...readFileSync(join(root, 'src', name), 'utf8').matchAll(
      /const \{ (?<names>[^}]+) \} = await import\('(?<from>[^'.][^']*)'\)/gu,
    ),
  ])
  .filter(({ groups }) => groups!['from'] !== '#esbuild') // is not bundled
  .map(({ groups }) => ({ from: groups!['from']!, names: groups!['names']!.split(/\s*,\s*/u) }));

// Bundled, a CommonJS package has no named exports when it is imported on demand: Node guesses them, a bundler does not.
test('what is loaded on demand is there in the bundle, too', async () => {
  expect(imports.length).toBeGreaterThan(4);
  const lines = imports.flatMap(({ from, names }) =>
    names.map((name) => {
      const exported = name.split(':')[0]!.trim();
      return `if ((await import('${from}'))['${exported}'] === undefined) console.log('${from}: ${exported}');`;
    }),
  );
  await build({
    stdin: { contents: lines.join('\n'), resolveDir: root },
    outdir: directory,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    banner: { js: "import { createRequire as create } from 'node:module'; const require = create(import.meta.url);" },
  });
  expect(execFileSync(process.execPath, [join(directory, 'stdin.mjs')], { cwd: root, encoding: 'utf8' })).toBe('');
});

// What these stand on takes longer to load than such a run takes.
test('a run that reuses everything loads nothing that computes, sends or parses', async () => {
  const { metafile } = await build({
    entryPoints: ['src/cli/main.ts'],
    absWorkingDir: root,
    bundle: true,
    format: 'cjs',
    platform: 'node',
    external: ['#esbuild', '#tfjs/*', '@jsquash/jpeg'],
    define: { 'import.meta.url': "''" },
    outdir: directory,
    write: false,
    metafile: true,
  });
  const loaded = new Set<string>();
  const waiting = ['src/cli/main.ts', 'src/cli/commands/run.ts'];
  for (let file = waiting.pop(); file; file = waiting.pop()) {
    if (loaded.has(file)) continue;
    loaded.add(file);
    for (const { path, kind, external } of metafile.inputs[file]?.imports ?? []) {
      if (kind !== 'dynamic-import' && !external) waiting.push(path);
    }
  }
  expect(loaded).toContain('src/engine/plan/survey.ts');
  const rooms = /^src\/(?:telemetry|remote|watch|download)\/|^src\/(?:data|nn|compute)\/index\.ts$/u;
  const packages = /^node_modules\/(?:ajv|yaml|p-queue|log-update|slice-ansi|fast-png|yauzl|tar-stream)\//u;
  expect([...loaded].filter((file) => rooms.test(file) || packages.test(file))).toEqual([]);
});
