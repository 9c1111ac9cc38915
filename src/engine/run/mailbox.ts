/** Hands over what others post, one at a time, in the order in which it was posted. */
export class Mailbox<Message> {
  readonly #messages: Message[] = [];
  #wake: (() => void) | undefined;

  post(message: Message): void {
    this.#messages.push(message);
    this.#wake?.();
  }

  /** The oldest message not yet taken; waits for one. At most one may wait at a time. */
  async next(): Promise<Message> {
    if (this.#messages.length === 0) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
      this.#wake = undefined;
    }
    return this.#messages.shift()!;
  }
}
