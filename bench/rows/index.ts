import type { Row } from '../row.ts';
import { backends } from './backends.ts';
import { inference } from './inference.ts';
import { runs } from './runs.ts';
import { training } from './training.ts';
import { views } from './views.ts';

/** The table. */
export const rows: readonly Row[] = [...training, ...inference, ...views, ...runs, ...backends];
