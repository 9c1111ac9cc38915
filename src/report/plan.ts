import type { Plan, PlannedStage } from '../engine/index.ts';
import { reasonWords } from './reason.ts';
import { table } from './table.ts';

/** What a run would do, a stage a line. */
export function planText({ stages }: Plan): string {
  const rows = stages.map(({ id, uses, forecast }) => [
    id,
    uses,
    forecast.state === 'hit' ? 'reuse' : 'run',
    forecastWords(forecast),
  ]);
  const lines = table(
    [
      { title: 'stage', align: 'left' },
      { title: 'uses', align: 'left' },
      { title: 'would', align: 'left' },
      { title: 'why', align: 'left' },
    ],
    rows,
  );
  const toRun = stages.filter(({ forecast }) => forecast.state === 'miss').length;
  const unknown = stages.filter(({ forecast }) => forecast.state === 'after').length;
  const closing = `${toRun} would run, ${unknown} depend on what those give, ${stages.length - toRun - unknown} would be reused`;
  return `${lines.join('\n')}\n\n${closing}\n`;
}

/** Why a stage would run or not, in a few words. */
export function forecastWords(forecast: PlannedStage['forecast']): string {
  switch (forecast.state) {
    case 'hit':
      return `known as ${forecast.key.slice(0, 12)}`;
    case 'miss':
      return reasonWords(forecast.reason);
    case 'after':
      return `after ${forecast.after.join(', ')}`;
  }
}
