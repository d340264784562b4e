/** An encoder stamps sound by the samples that it was given since its first (Chromium), not by the
 *  stamps of what it was given: where a busy device loses samples, all later sound would be too
 *  early, by more with each loss. */

/** Microseconds; people notice sound that is 45 ms early (ITU-R BT.1359-1). */
const MOST = 40_000;

export class Continuity {
  #next: number | null = null;

  /** Whether sound at `timestamp` (microseconds) does not begin where the sound before it ended. What
   *  comes after a break is counted from there. */
  breaks({ timestamp, numberOfFrames, sampleRate }: AudioData): boolean {
    const broken = this.#next !== null && Math.abs(timestamp - this.#next) > MOST;
    if (this.#next === null || broken) this.#next = timestamp;
    this.#next += (numberOfFrames * 1_000_000) / sampleRate;
    return broken;
  }
}
