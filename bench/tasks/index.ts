import type { Task, TaskContext } from '../task.ts';
import { feedFloat32, feedUint8 } from './feeds.ts';
import { noisyViews } from './noisy-views.ts';
import { quickPipeline, temperatureSweep } from './pipelines.ts';
import {
  eagerTeacherStep,
  inference,
  narrowTeacherStep,
  quickInference,
  quickStep,
  smallStep,
  studentStep,
  teacherStep,
} from './steps.ts';
import { teacherLoop } from './teacher-loop.ts';
import { teacherRun, teacherRun128 } from './teacher-run.ts';
import { watchedStep } from './watched-step.ts';

/** The work of our side, by name. */
export const tasks: Readonly<Record<string, (context: TaskContext) => Promise<Task>>> = {
  'teacher-step': teacherStep,
  'narrow-teacher-step': narrowTeacherStep,
  'eager-teacher-step': eagerTeacherStep,
  'student-step': studentStep,
  'small-step': smallStep,
  'quick-step': quickStep,
  'quick-inference': quickInference,
  inference,
  'feed-float32': feedFloat32,
  'feed-uint8': feedUint8,
  'watched-step': watchedStep,
  'teacher-loop': teacherLoop,
  'noisy-views': noisyViews,
  'teacher-run': teacherRun,
  'teacher-run-128': teacherRun128,
  'quick-pipeline': quickPipeline,
  'temperature-sweep': temperatureSweep,
};
