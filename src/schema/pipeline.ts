import type { Json, JsonObject } from '../json/json.ts';
import type { Origin } from '../problem/problem.ts';

/** An input of a stage: which output of which stage it reads. */
export interface Need {
  readonly stage: string;
  readonly output: string;
  readonly origin: Origin;
}

/** One stage as written, checked: its configuration has its defaults and no `${…}` left. */
export interface StageDeclaration {
  readonly id: string;
  readonly uses: string;
  readonly config: JsonObject;
  /** By the name of the input in the definition. */
  readonly needs: Readonly<Record<string, Need>>;
  /** Engine settings of this stage; none is part of its key. */
  readonly timeoutSeconds: number | undefined;
  readonly retries: number;
  /** The share of a place of its lane that it takes, in (0, 1]. */
  readonly share: number;
  /** How much memory it uses, as declared; 0 if nothing is declared. */
  readonly memoryBytes: number;
  /** The lane it names; undefined if its kind decides. */
  readonly lane: string | undefined;
  /** How many threads it may use, as declared. */
  readonly cpus: number | undefined;
  /** Whether its processes run in a process namespace, if the system allows that. */
  readonly contain: boolean;
  /** The outputs that a report shows. */
  readonly report?: readonly string[];
  /** The parameters its configuration was resolved from, by path (`params.temperature`). */
  readonly params: Readonly<Record<string, Json>>;
  readonly origin: Origin;
  /** Where the value of each setting was written, by its name in `with`; settings with their default are absent. */
  readonly settingOrigins: Readonly<Record<string, Origin>>;
}

/** The metric that the variants of a pipeline are judged by. */
export interface Goal {
  readonly stage: string;
  /** The name of the stage's metric; nested names are joined with dots. */
  readonly metric: string;
  readonly best: 'max' | 'min';
}

/** One checked, frozen pipeline: the result of the YAML, its overlays and `--set`. */
export interface Pipeline {
  readonly name: string;
  readonly file: string;
  readonly params: JsonObject;
  /** Places per lane (`gpu`, `cpu`), as declared; the engine decides for other lanes. */
  readonly lanes: Readonly<Record<string, number>>;
  /** Memory that all running stages may use together, as declared; undefined if the engine decides. */
  readonly memoryBytes: number | undefined;
  readonly goal?: Goal;
  /** In the order of the file; no cycle. */
  readonly stages: readonly StageDeclaration[];
  /** The swept values that make this variant, by path (`params.temperature`); empty without a sweep. */
  readonly variant: Readonly<Record<string, Json>>;
}
