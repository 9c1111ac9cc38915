/** Why a program cannot be one graph; shown to users as the reason for running it eagerly. */
export class NotCompilable extends Error {
  override readonly name = 'NotCompilable';
}
