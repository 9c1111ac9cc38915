import type { StageSummary } from '../../engine/index.ts';

/** What a file contains, or a sentence on why it cannot be read. */
export type Content = { readonly bytes: Uint8Array } | { readonly problem: string };

/** Reads an output that is a file. @param most bytes that are useful; a larger one is a problem. */
export type ReadOutput = (stage: StageSummary, output: string, most: number) => Promise<Content>;

/** The files of an output that is a folder. */
export interface Folder {
  readonly files: readonly string[];
  /** @param most bytes that are useful; a larger file is a problem. */
  read(file: string, most: number): Promise<Content>;
}

/** Opens an output that is a folder; undefined if it is not one, or incomplete. */
export type OpenFolder = (stage: StageSummary, output: string) => Promise<Folder | undefined>;

/** Access to outputs. */
export interface MarkedDoors {
  readonly output: ReadOutput;
  readonly folder: OpenFolder;
}

/** An output that a pipeline lists under `report`. */
export interface ReportOutput {
  readonly stage: StageSummary;
  readonly output: string;
}

/** One file to show. */
export interface MarkedFile {
  /** Distinguishes it from all others of a run: `draw{seed=1}.plot`, or `draw{seed=1}.plots.loss.png` in a folder. */
  readonly id: string;
  /** Its name for people. */
  readonly title: string;
  /** Its path in the folder of its stage; its end tells its kind. */
  readonly path: string;
  read(most: number): Promise<Content>;
}

/** The outputs that a pipeline lists, in order; those of stages that come first before all others. */
export function markedOutputs(
  stages: readonly StageSummary[],
  isFirst: (stage: StageSummary) => boolean,
): readonly ReportOutput[] {
  return stages
    .flatMap((stage) => (stage.report ?? []).flatMap((output) => (stage.outputs[output] ? [{ stage, output }] : [])))
    .sort((a, b) => Number(isFirst(b.stage)) - Number(isFirst(a.stage)));
}

/** Opens a marked output: its folder if it is one, and the files that can be shown. */
export async function openMarked(
  { stage, output }: ReportOutput,
  doors: MarkedDoors,
): Promise<{ readonly folder: Folder | undefined; readonly files: readonly MarkedFile[] }> {
  const title = `${output} of ${stage.id}`;
  const id = `${stage.id}.${output}`;
  const path = stage.files[output] ?? output;
  const folder = stage.outputs[output]?.directory ? await doors.folder(stage, output) : undefined;
  if (!folder) return { folder, files: [{ id, title, path, read: (most) => doors.output(stage, output, most) }] };
  const files = folder.files.filter(isShown).map((file) => ({
    id: `${id}.${file}`,
    title: `${file} in ${title}`,
    path: `${path}/${file}`,
    read: (most: number) => folder.read(file, most),
  }));
  return { folder, files };
}

/** Whether a report can show a file of a folder. */
function isShown(file: string): boolean {
  return /\.(?:png|jpe?g|svg|csv|vl\.json)$/iu.test(file);
}

/** How a file is shown, by the end of its name; whatever is no table and no figure should be a picture. */
export function kindOf({ path }: MarkedFile): 'table' | 'vega-lite' | 'picture' {
  if (/\.csv$/iu.test(path)) return 'table';
  return /\.vl\.json$/iu.test(path) ? 'vega-lite' : 'picture';
}
