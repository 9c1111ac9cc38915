import type { StageSummary } from '../engine/index.ts';
import type { LocalStore } from '../engine/store/index.ts';
import { type Answers, openAnswers } from '../evaluation/answers.ts';
import { EnvironmentError } from '../problem/errors.ts';

/** The answers of an evaluation for every image; undefined if it kept none, or they are incomplete. The caller must close them. */
export async function answersOf({ outputs }: StageSummary, store: LocalStore): Promise<Answers | undefined> {
  const output = outputs['answers'];
  if (!output || output.directory) return undefined;
  try {
    return await openAnswers(await store.open(output, 'answers.safetensors'));
  } catch (error) {
    if (error instanceof EnvironmentError) return undefined;
    throw error;
  }
}
