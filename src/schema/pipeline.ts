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
  /** By the input's name in the definition. */
  readonly needs: Readonly<Record<string, Need>>;
  /** Engine settings of this stage; none of them is part of its key. */
  readonly timeoutSeconds: number | undefined;
  readonly retries: number;
  /** How much of a place of its lane it takes, in (0, 1]. */
  readonly share: number;
  /** How much memory it takes, as declared; 0 where nothing is. */
  readonly memoryBytes: number;
  /** The lane it names; undefined if its kind decides. */
  readonly lane: string | undefined;
  /** How many threads it may use, as declared. */
  readonly cpus: number | undefined;
  /** Whether what it starts is to be kept in a process namespace, where the system allows that. */
  readonly contain: boolean;
  /** The outputs that a report shows. */
  readonly report?: readonly string[];
  /** The parameters its configuration was resolved from, by path (`params.temperature`). */
  readonly params: Readonly<Record<string, Json>>;
  readonly origin: Origin;
  /** Where the value of each setting was written, by its name in `with`; what was left to its default is absent. */
  readonly settingOrigins: Readonly<Record<string, Origin>>;
}

/** What the variants of a pipeline are for. */
export interface Goal {
  readonly stage: string;
  /** The name of the stage's metric; nested names are joined by dots. */
  readonly metric: string;
  readonly best: 'max' | 'min';
}

/** One checked, frozen pipeline: what the YAML, its overlays and `--set` say together. */
export interface Pipeline {
  readonly name: string;
  readonly file: string;
  readonly params: JsonObject;
  /** Places per lane (`gpu`, `cpu`), as declared; a lane that is not declared is left to the engine. */
  readonly lanes: Readonly<Record<string, number>>;
  /** What all running stages may take together, as declared; undefined if that is left to the engine. */
  readonly memoryBytes: number | undefined;
  readonly goal?: Goal;
  /** In the order of the file; no cycle. */
  readonly stages: readonly StageDeclaration[];
  /** The swept values that make this variant, by path (`params.temperature`); empty without a sweep. */
  readonly variant: Readonly<Record<string, Json>>;
}
