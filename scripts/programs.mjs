/** The programs in `dist` that are started as processes or threads, or loaded on demand, by the names of `src/bundle/bundle.ts`; and the library. */
export const programs = {
  'stage-worker': 'src/workers/stage-worker.ts',
  'view-worker': 'src/data/views/view-worker.ts',
  'corruption-worker': 'src/data/corruptions/corruption-worker.ts',
  report: 'src/report/report.ts',
  'figure-worker': 'src/report/drawing/figure-worker.ts',
  index: 'src/index.ts',
};
