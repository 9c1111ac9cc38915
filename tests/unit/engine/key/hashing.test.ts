import { hash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { canonicalJson } from '../../../../src/engine/key/canonical-json.ts';
import { keyMaterial, keyOf } from '../../../../src/engine/key/key.ts';
import { writeManifest } from '../../../../src/engine/store/manifest.ts';
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
    expect([...examples.keys()]).toEqual(['file', 'directory', 'key']);
    const { file, directory, key } = Object.fromEntries(examples);
    expect(hash('sha256', file!.preimage)).toBe(file!.digest);
    // The line breaks that end the other two examples are the page's, not the preimage's.
    expect(hash('sha256', directory!.preimage.trimEnd())).toBe(directory!.digest);
    expect(hash('sha256', key!.preimage.trimEnd())).toBe(key!.digest);
  });

  test('shows the manifest that the code writes', () => {
    const digest = examples.get('file')!.digest!;
    const entries = [
      { path: 'run.sh', digest, bytes: 5, executable: true },
      { path: 'a/b.txt', digest, bytes: 5, executable: false },
    ];
    expect(`${writeManifest(entries)}\n`).toBe(examples.get('directory')!.preimage);
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
});
