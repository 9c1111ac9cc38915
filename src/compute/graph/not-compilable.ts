/** Why a program cannot be one graph; thrown where it is noticed, told to people as the reason for running it eagerly. */
export class NotCompilable extends Error {
  override readonly name = 'NotCompilable';
}
