import { arrangement } from './arrangement.ts';
import { elementwise } from './elementwise.ts';
import { layers } from './layers.ts';
import type { ShapeRule } from './rule.ts';

/** What is known about the outputs of TensorFlow's operations without running them. */
export const shapeRules: ReadonlyMap<string, ShapeRule> = new Map(
  Object.entries({ ...elementwise, ...arrangement, ...layers }),
);
