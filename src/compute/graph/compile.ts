import type { Native } from '../native.ts';
import type { Program, ProgramSpec } from '../program.ts';
import { interpretProgram } from './interpret.ts';

/** Makes a program run as one TensorFlow graph. */
export function compileProgram({ tf }: Native, spec: ProgramSpec): Program {
  return interpretProgram(tf, spec);
}
