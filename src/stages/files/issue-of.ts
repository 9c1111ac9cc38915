import { UserError } from '../../problem/errors.ts';
import type { ConfigIssue } from '../../schema/kind.ts';

/** Does a check; the error it throws becomes the issue of the setting, or of the whole stage, that led to the file. */
export async function issueOf(path: readonly string[], check: () => Promise<void>): Promise<readonly ConfigIssue[]> {
  try {
    await check();
    return [];
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return [{ path, message: error.message, ...(error.hint !== undefined && { hint: error.hint }) }];
  }
}
