/** Ending a show: asked for once, sent ten seconds later, and until then taken back with one press.
 *
 *  A tab that closes meanwhile sends the end at once; one that dies leaves a note, and the studio
 *  carries it out when it is opened again soon. */

export const UNDO_FOR = 10_000;
/** A note that is older belongs to an evening that went on without this browser. */
const NOTE_LASTS = 120_000;

export const noteOf = (showId: string) => `showfloor.ending.${showId}`;

export class Ending {
  /** Seconds until the end is sent; null when no end was asked for. */
  left = $state<number | null>(null);
  #deadline = 0;
  #timer: ReturnType<typeof setInterval> | undefined;

  /** `send` ends the show; `leaving` says that no answer will be read. */
  constructor(
    private readonly showId: string,
    private readonly send: (leaving: boolean) => void,
  ) {}

  begin(deadline = Date.now() + UNDO_FOR): void {
    this.#deadline = deadline;
    this.#note(String(deadline));
    clearInterval(this.#timer);
    this.#timer = setInterval(() => this.#tick(), 250);
    this.#tick();
  }

  undo(): void {
    this.#stop();
    this.#note(null);
  }

  /** The page goes away: what was confirmed is done. */
  leave(): void {
    if (this.left !== null) this.#finish(true);
  }

  /** What a tab that died had confirmed. */
  resume(): void {
    const deadline = Number(this.#read());
    if (!deadline) return;
    if (deadline + NOTE_LASTS < Date.now()) this.#note(null);
    else this.begin(deadline);
  }

  #tick(): void {
    const left = this.#deadline - Date.now();
    if (left <= 0) this.#finish(false);
    else this.left = Math.ceil(left / 1000);
  }

  #finish(leaving: boolean): void {
    this.#stop();
    this.#note(null);
    this.send(leaving);
  }

  #stop(): void {
    clearInterval(this.#timer);
    this.left = null;
  }

  #read(): string | null {
    try {
      return localStorage.getItem(noteOf(this.showId));
    } catch {
      return null;
    }
  }

  #note(text: string | null): void {
    try {
      if (text) localStorage.setItem(noteOf(this.showId), text);
      else localStorage.removeItem(noteOf(this.showId));
    } catch {
      /* Without storage the end still happens in time, and when the tab closes. */
    }
  }
}
