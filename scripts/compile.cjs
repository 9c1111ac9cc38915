// Stores the code of the bundled command line as V8 has compiled it after a run in which one stage is reused and one runs.
const { execFileSync } = require('node:child_process');
const { mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } = require('node:fs');
const { tmpdir } = require('node:os');
const { join, resolve } = require('node:path');
const { compiledFile, runBundle } = require('../bin/bundle.cjs');

const dist = resolve(process.argv[2]);
const folder = mkdtempSync(join(tmpdir(), 'pipe-build-'));
const pipeline = `name: build
stages:
  first: { uses: shell, with: { command: echo > a, outputs: { a: a } } }
  second: { uses: shell, needs: { a: first.a }, with: { command: echo > b, inputs: { a: a }, files: [input], outputs: { b: b } } }
`;
writeFileSync(join(folder, 'pipe.yaml'), pipeline);
writeFileSync(join(folder, 'input'), 'one');
process.chdir(folder);
process.env.PIPE_CACHE_DIR = join(folder, 'cache');
process.env.NO_COLOR = '1';
execFileSync(process.execPath, [resolve(__dirname, '../bin/pipe.cjs'), 'run', 'pipe.yaml'], { stdio: 'pipe' });
// Compiled code that the first run kept would be part of what is stored.
rmSync(join(folder, 'cache', 'code'), { recursive: true, force: true });

writeFileSync(join(folder, 'input'), 'two');
process.argv = [...process.argv.slice(0, 2), 'run', 'pipe.yaml'];
const say = process.stdout.write;
process.stdout.write = () => true;
const script = runBundle(dist);
process.on('exit', (code) => {
  process.stdout.write = say;
  rmSync(folder, { recursive: true, force: true });
  if (code !== 0) return;
  const path = join(dist, 'pipe.code');
  const draft = `${path}.${process.pid}`;
  writeFileSync(draft, compiledFile(script, readFileSync(join(dist, 'pipe.cjs'), 'latin1')));
  renameSync(draft, path);
});
