/** A program does something that a graph cannot hold; the message continues a sentence that begins with what does it. */
export class NotCompilable extends Error {
  override readonly name = 'NotCompilable';
}
