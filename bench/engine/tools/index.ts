import { dvc } from './dvc.ts';
import { make } from './make.ts';
import { nx, nxWithDaemon } from './nx.ts';
import { snakemake } from './snakemake.ts';
import type { Tool } from './tool.ts';
import { turborepo } from './turborepo.ts';
import { wireit } from './wireit.ts';

/** The tools to compare with. */
export const peers: readonly Tool[] = [make, turborepo, nxWithDaemon, nx, wireit, dvc, snakemake];
