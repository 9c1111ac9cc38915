import { hash } from 'node:crypto';
import type { JsonObject } from '../../json/json.ts';
import type { StageDefinition } from '../definition.ts';
import type { OutputRecord } from '../record.ts';
import { canonicalJson } from './canonical-json.ts';
import { keyedConfig } from './keyed-config.ts';

/** Raised when the meaning of the key material changes: older records are then unused. */
const keyFormat = 1;

/**
 * Everything that the result of a computation may depend on, as plain data: see docs/hashing.md.
 * @param inputs the content of each wired input, by the name of the input: see `contentName`.
 */
export function keyMaterial(
  definition: StageDefinition,
  config: JsonObject,
  facts: JsonObject,
  inputs: Readonly<Record<string, string>>,
): JsonObject {
  return {
    format: keyFormat,
    uses: definition.uses,
    version: definition.version,
    config: keyedConfig(config, definition.config),
    facts,
    inputs,
  };
}

/** The key of a computation: sha256 of its material's canonical JSON (UTF-8), in hex. */
export function keyOf(material: JsonObject): string {
  return keyOfText(canonicalJson(material));
}

/** The same of the canonical JSON itself, where that is known. */
export function keyOfText(text: string): string {
  return hash('sha256', text);
}

/** A content as key material: its digest, followed by a suffix as in `ls -F`: `/` for a directory, `*` for an executable file. */
export function contentName({
  digest,
  directory,
  executable,
}: Pick<OutputRecord, 'digest' | 'directory' | 'executable'>): string {
  return `${digest}${directory ? '/' : executable ? '*' : ''}`;
}
