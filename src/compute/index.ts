export type { Backend, Device } from './backend.ts';
export type { Kernels } from './kernels.ts';
export { type Build, cacheDirectory, type Environment, tensorflowVersion } from './location.ts';
export { type BackendName, chosenBackend, type OpenOptions, openBackend, portableNotice } from './open.ts';
export type { FunctionSpec, InputSpec, Program, ProgramSpec, Scope, Values, VariableSpec } from './program.ts';
export { type Finding, inspect } from './setup/inspect.ts';
export type { SetupListener, SetupProgress } from './setup/progress.ts';
export { removeSetup, type SetupOptions, type SetupResult, setup } from './setup/setup.ts';
export { usableBuild } from './tensorflow.ts';
