import { hash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { canonicalJson } from '../../../../src/engine/key/canonical-json.ts';
import { keyMaterial, keyOf } from '../../../../src/engine/key/key.ts';
import { manifestText } from '../../../../src/engine/store/manifest.ts';
import { readPipelines } from '../../../../src/schema/index.ts';
import { catalogueOf } from '../../../../src/stages/catalogue.ts';
import { closureDigest } from '../../../../src/stages/module/bundle.ts';
import { shell } from '../../../../src/stages/shell/kind.ts';
import { machineServices } from '../../../../src/workers/machine-services.ts';
import { temporaryDirectory } from '../../../support/temporary.ts';
import { toyDefinition } from '../../../support/toy-pipelines.ts';

const text = readFileSync(new URL('../../../../docs/hashing.md', import.meta.url), 'utf8');

/** The examples of docs/hashing.md: by name, what is hashed and what comes of it. */
const examples = new Map(
  [...text.matchAll(/```preimage (\w+)\n(.*?)```\n\nsha256 `([0-9a-f]{64})`/gs)].map(([, name, preimage, digest]) => [
    name,
    { preimage: preimage!, digest },
  ]),
);

describe('docs/hashing.md', () => {
  test('shows each preimage with its digest', () => {
    expect([...examples.keys()]).toEqual(['file', 'directory', 'key', 'shell', 'module']);
    const { file, directory, key, shell, module } = Object.fromEntries(examples);
    expect(hash('sha256', file!.preimage)).toBe(file!.digest);
    expect(hash('sha256', module!.preimage)).toBe(module!.digest);
    // The line breaks that end the other examples are the page's, not the preimage's.
    expect(hash('sha256', directory!.preimage.trimEnd())).toBe(directory!.digest);
    expect(hash('sha256', key!.preimage.trimEnd())).toBe(key!.digest);
    expect(hash('sha256', shell!.preimage.trimEnd())).toBe(shell!.digest);
  });

  test('shows the manifest that the code writes', () => {
    const digest = examples.get('file')!.digest!;
    const entries = [
      { path: 'run.sh', digest, bytes: 5, executable: true },
      { path: 'a/b.txt', digest, bytes: 5, executable: false },
    ];
    expect(`${manifestText(entries)}\n`).toBe(examples.get('directory')!.preimage);
  });

  test('shows the key that the code makes', () => {
    const material = keyMaterial(
      toyDefinition(undefined, { uses: 'train', version: 3 }),
      { temperature: 10 },
      { files: { train: 'aa' } },
      { logits: 'bb', dataset: 'cc' },
    );
    expect(`${canonicalJson(material)}\n`).toBe(examples.get('key')!.preimage);
    expect(keyOf(material)).toBe(examples.get('key')!.digest);
  });

  test('shows the key of a command, whose stage it shows as well', async () => {
    const directory = temporaryDirectory();
    await mkdir(join(directory, 'tools'));
    await writeFile(join(directory, 'tools/sort.sh'), examples.get('file')!.preimage, { mode: 0o755 });
    await writeFile(join(directory, 'tools/about.md'), 'left out');
    const stage = /```yaml stage\n(.*?)```/su.exec(text)![1]!;
    const count = '{ uses: shell, with: { command: "true", outputs: { total: total.txt } } }';
    const document = `name: a\nstages:\n  count: ${count}\n  sort:\n${stage.replaceAll(/^/gmu, '    ')}`;
    const kinds = catalogueOf([shell(machineServices({}, directory))], directory);
    const definition = (await kinds.find('shell', 'a.yaml'))!;
    const [pipeline] = await readPipelines({
      file: 'a.yaml',
      overlays: [],
      sets: [],
      sweeps: [],
      kinds,
      readBytes: async () => Buffer.from(document),
    });
    const { config } = pipeline!.stages[1]!;
    const digest = async (path: string) => hash('sha256', readFileSync(path));
    const source = await definition.source!(config, { environment: { API_TOKEN: 'secret' }, directory, digest });
    const facts = await source.facts();
    const material = keyMaterial(definition, config, facts, { total: 'cc' });
    expect(`${canonicalJson(material)}\n`).toBe(examples.get('shell')!.preimage);
  });

  test('shows the digest of a module and what it imports', () => {
    const [importedDigest, ownDigest] = [examples.get('file')!.digest!, examples.get('directory')!.digest!];
    expect(
      closureDigest([
        ['stage.ts', ownDigest],
        ['greeting.ts', importedDigest],
      ]),
    ).toBe(examples.get('module')!.digest);
  });
});
