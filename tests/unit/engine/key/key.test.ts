import { describe, expect, test } from 'vitest';
import { canonicalJson } from '../../../../src/engine/key/canonical-json.ts';
import { contentName, keyMaterial, keyOf } from '../../../../src/engine/key/key.ts';
import type { JsonObject } from '../../../../src/json/json.ts';
import { RunRig } from '../../../support/run-rig.ts';
import { toyDefinition, toyPipeline } from '../../../support/toy-pipelines.ts';

const definition = toyDefinition(undefined, {
  uses: 'train',
  version: 3,
  config: { type: 'object', properties: { workers: { type: 'integer', keyed: false } } },
});
const config = { temperature: 10, workers: 4 };
const facts = { files: { train: 'aa' } };
const inputs = { logits: 'bb', dataset: 'cc' };

describe('the key material', () => {
  test('is what docs/hashing.md says, byte for byte, with the digest it says', () => {
    const material = keyMaterial(definition, config, facts, inputs);
    expect(canonicalJson(material)).toBe(
      '{"config":{"temperature":10},"facts":{"files":{"train":"aa"}},"format":1,"inputs":{"dataset":"cc","logits":"bb"},"uses":"train","version":3}',
    );
    expect(keyOf(material)).toBe('f5f8340edcaddeaba2a710220f1d1a200aec317718c6b4c593c7cdf299858b1c');
  });

  test.each<[string, Parameters<typeof keyMaterial>]>([
    ['another kind', [{ ...definition, uses: 'other' }, config, facts, inputs]],
    ['another version', [{ ...definition, version: 4 }, config, facts, inputs]],
    ['a version that is text', [{ ...definition, version: '3' }, config, facts, inputs]],
    ['another setting', [definition, { ...config, temperature: 4 }, facts, inputs]],
    ['a removed setting', [definition, { workers: 4 }, facts, inputs]],
    ['another fact', [definition, config, { files: { train: 'ab' } }, inputs]],
    ['a removed fact', [definition, config, {}, inputs]],
    ['another input', [definition, config, facts, { ...inputs, logits: 'bd' }]],
    ['a removed input', [definition, config, facts, { dataset: 'cc' }]],
    ['swapped inputs', [definition, config, facts, { logits: 'cc', dataset: 'bb' }]],
  ])('makes another key of %s', (_what, parts) => {
    expect(keyOf(keyMaterial(...parts))).not.toBe(keyOf(keyMaterial(definition, config, facts, inputs)));
  });

  test('makes the same key of another value that is not keyed', () => {
    expect(keyOf(keyMaterial(definition, { ...config, workers: 8 }, facts, inputs))).toBe(
      keyOf(keyMaterial(definition, config, facts, inputs)),
    );
  });
});

test('a content is named by its digest and by what it is', () => {
  const content = { digest: 'ab', bytes: 1, directory: false };
  expect(contentName(content)).toBe('ab');
  expect(contentName({ ...content, directory: true })).toBe('ab/');
  expect(contentName({ ...content, executable: true })).toBe('ab*');
});

describe('a key', () => {
  const keysOf = async (pipeline: Parameters<typeof toyPipeline>, rig = new RunRig(definition)) => {
    const summary = await rig.run(toyPipeline(...pipeline));
    rig.store.remove();
    return summary.stages.map(({ key }) => key);
  };
  const stages = (ids: readonly [string, string], rest: JsonObject = {}) => [
    { id: ids[0], uses: 'train', config },
    { id: ids[1], uses: 'train', config: { ...config, ...rest }, needs: { logits: ids[0] } },
  ];

  test('knows nothing of stage ids, files, engine settings, lanes, directories and the pipeline', async () => {
    const plain = await keysOf([stages(['teacher', 'student'])]);
    const settings = { timeoutSeconds: 9, retries: 2, share: 0.5, params: { 'params.t': 10 } };
    const renamed = stages(['a', 'b']).map((stage) => ({ ...stage, ...settings }));
    const rig = new RunRig({ ...definition, lane: 'gpu' });
    rig.world = { environment: { HOME: '/elsewhere' }, directory: '/elsewhere', digest: async () => '' };
    expect(await keysOf([renamed, { name: 'other', file: 'other/file.yaml', lanes: { gpu: 2 } }], rig)).toEqual(plain);
  });

  test('knows its inputs by content, independent of their producer', async () => {
    const plain = await keysOf([stages(['teacher', 'student'])]);
    const otherMaker = await keysOf(
      [
        [
          { id: 'teacher', uses: 'train', config },
          { id: 'copy', uses: 'copy', needs: { from: 'teacher' } },
          { id: 'student', uses: 'train', config, needs: { logits: 'copy' } },
        ],
      ],
      new RunRig(
        definition,
        toyDefinition((_config, { from = '' }) => from, { uses: 'copy' }),
      ),
    );
    expect(otherMaker[2]).toBe(plain[1]);
  });
});
