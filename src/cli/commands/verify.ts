import { verificationText } from '../../report/verification.ts';
import { openTaskDisplay } from '../display.ts';
import { exitCodes } from '../exit-codes.ts';
import type { VerifyOptions } from '../handlers.ts';
import { interruption } from '../interruption.ts';
import { jsonText } from '../json-text.ts';
import type { Surroundings } from '../surroundings.ts';
import { openStoreThere } from '../workspace.ts';

/** `pipe verify`: reads all that is kept and names what is damaged; with `--repair`, removes it. */
export async function verify(surroundings: Surroundings, options: VerifyOptions): Promise<number> {
  const { stdout, stderr } = surroundings;
  const store = await openStoreThere(surroundings, options.artifacts, { readonly: !options.repair });
  const display = await openTaskDisplay(surroundings);
  const stop = interruption((line) => stderr.write(`${line}\n`));
  try {
    const found = await store.verifyAll({
      repair: options.repair,
      signal: stop.signal,
      onProgress: (done, total) => display.progress({ label: 'reading', done, total, unit: 'objects' }),
    });
    const isWhole = found.damagedObjects.length === 0 && found.refusedRecords.length === 0;
    display.end();
    const repaired = options.repair && !isWhole;
    stdout.write(options.json ? jsonText({ ...found, repaired }) : verificationText(found, repaired));
    return isWhole || repaired ? exitCodes.done : exitCodes.stageFailed;
  } finally {
    display.end();
    stop.end();
    await store.close();
  }
}
