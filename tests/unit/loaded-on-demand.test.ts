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
