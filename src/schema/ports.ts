import { isJsonObject, type Json } from '../json/json.ts';
import { nameRule } from './document.ts';
import type { StageKind } from './kind.ts';
import { type PathIssue, whyNotBelow } from './path-below.ts';

const namePattern = new RegExp(nameRule.pattern, 'u');

/**
 * Why the inputs or outputs that a kind declares cannot be used; undefined if they can. A user's module may ignore our types, and the names
 * of its outputs and their files become paths.
 */
export function portIssue({ inputs, outputs }: Pick<StageKind, 'inputs' | 'outputs'>): PathIssue | undefined {
  for (const [what, ports] of [['input', inputs] as const, ['output', outputs] as const]) {
    for (const [port, value] of Object.entries(ports)) {
      const about = `its ${what} ${JSON.stringify(port)}`;
      if (!namePattern.test(port))
        return { message: `${about} has an invalid name`, hint: `it must be ${nameRule.expects}` };
      const described = value as unknown as Json;
      if (!isJsonObject(described)) return { message: `${about} must be described by an object`, hint: example[what] };
      if (what === 'input') continue;
      const { file } = described;
      if (typeof file !== 'string') return { message: `${about} has no file name`, hint: example[what] };
      const issue = whyNotBelow(file);
      if (issue) return { ...issue, message: `the file ${JSON.stringify(file)} of ${about} ${issue.message}` };
    }
  }
  return undefined;
}

const example = {
  input: "write it as { summary: 'What it is.' }",
  output: "write it as { file: 'table.csv', summary: 'What it is.' }",
} as const;
