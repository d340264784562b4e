/** How loud the voice is: sixteen steps for the meter, and a word when something is wrong. */
export type Loudness = "silent" | "quiet" | "good" | "loud";
export const STEPS = 16;
const FLOOR_DB = -60;
const SILENT_DB = -55;
const QUIET_DB = -32;
/** The highest sample: above, it crackles. */
const CLIPPING = 0.97;
const REMEMBERED = 3_000_000;
const SILENT_AFTER = 2_500_000;

const decibels = (value: number): number => (value > 0 ? 20 * Math.log10(value) : -Infinity);

export class Level {
  /** Lit steps of the meter. */
  step = 0;
  #loudest: { at: number; db: number; peak: number }[] = [];
  #first: number | null = null;

  /** Samples of one channel that arrived at `now` (microseconds). */
  hear(samples: Float32Array, now: number): void {
    let power = 0;
    let peak = 0;
    for (const sample of samples) {
      power += sample * sample;
      peak = Math.max(peak, Math.abs(sample));
    }
    const db = decibels(Math.sqrt(power / Math.max(1, samples.length)));
    const lit = Math.round(((db - FLOOR_DB) / -FLOOR_DB) * STEPS * 1.15);
    this.step = Math.max(0, Math.min(STEPS, lit, STEPS), Math.min(this.step - 0.5, STEPS));
    this.#first ??= now;
    this.#loudest.push({ at: now, db, peak });
    while (this.#loudest[0]!.at < now - REMEMBERED) this.#loudest.shift();
  }

  /** The verdict about the last three seconds; speech has pauses, so the loudest moment counts. */
  get loudness(): Loudness {
    const newest = this.#loudest.at(-1)?.at ?? 0;
    if (this.#loudest.filter(({ peak }) => peak > CLIPPING).length > 1) return "loud";
    const db = Math.max(...this.#loudest.map((moment) => moment.db), -Infinity);
    if (db < SILENT_DB)
      return newest - (this.#first ?? newest) >= SILENT_AFTER ? "silent" : "quiet";
    return db < QUIET_DB ? "quiet" : "good";
  }
}
