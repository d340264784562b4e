/** Text that goes to the clipboard with one press, and for how long a button says that it did. */
const SHOWN = 2000;

export class Copied {
  done = $state(false);

  /** Whether it was copied: plain HTTP in a local network has no clipboard. */
  async copy(text: string): Promise<boolean> {
    try {
      await navigator.clipboard.writeText(text);
    } catch {
      return false;
    }
    this.done = true;
    setTimeout(() => (this.done = false), SHOWN);
    return true;
  }
}
