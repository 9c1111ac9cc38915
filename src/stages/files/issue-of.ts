import { UserError } from '../../problem/errors.ts';
import type { ConfigIssue } from '../../schema/kind.ts';

/** Runs a check; the error that it throws becomes an issue of the setting that named the file, or of the whole stage. */
export async function issueOf(path: readonly string[], check: () => Promise<void>): Promise<readonly ConfigIssue[]> {
  try {
    await check();
    return [];
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return [{ path, message: error.message, ...(error.hint !== undefined && { hint: error.hint }) }];
  }
}
