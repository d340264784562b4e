/** A track's own time on the page's clock. Camera and microphone count from different moments
 *  (Chromium: hours apart), so each is laid on the moments at which its frames arrive: the frame
 *  that was least delayed says where the track's zero is. */
const WINDOW = 5_000_000;
/** Two crystals drift apart by less than this; a step that nobody hears. */
const SLEW = 2_000;

export class TrackClock {
  #offset: number | null = null;
  #least = Infinity;
  #since = 0;
  #settled = false;

  /** A frame with the track's `timestamp` arrived at `now`; both microseconds. */
  observe(timestamp: number, now: number): void {
    const delay = now - timestamp;
    if (this.#offset === null) this.#since = now;
    this.#least = Math.min(this.#least, delay);
    if (!this.#settled) {
      this.#offset = this.#least;
      this.#settled = now - this.#since > WINDOW / 10;
    }
    if (now - this.#since > WINDOW) {
      const error = this.#least - this.#offset!;
      this.#offset! += Math.max(-SLEW, Math.min(SLEW, error));
      this.#least = Infinity;
      this.#since = now;
    }
  }

  /** Whether enough was seen: before that, stamps could still go back. */
  get settled(): boolean {
    return this.#settled;
  }

  /** Microseconds of the page's clock for the track's `timestamp`. */
  at(timestamp: number): number {
    return timestamp + (this.#offset ?? 0);
  }
}
