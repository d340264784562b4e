/** How many bits the encoder may make: as many as the uplink carries. Once a second it hears how
 *  far the server is behind, and whether the encoder keeps up. */
export interface Size {
  readonly name: string;
  /** Of the shorter and of the longer side, in pixels. */
  readonly short: number;
  readonly long: number;
  /** Below this bit rate the next smaller size looks better. */
  readonly least: number;
}

export const SIZES: readonly Size[] = [
  { name: "720p", short: 720, long: 1280, least: 1_300_000 },
  { name: "480p", short: 480, long: 854, least: 600_000 },
  { name: "360p", short: 360, long: 640, least: 300_000 },
  { name: "240p", short: 240, long: 426, least: 0 },
];
export const MOST = 2_500_000;
export const LEAST = 200_000;
const BEHIND = 900;
const CLOSE = 450;
const STEADY_SECONDS = 5;
const SLOW_SECONDS = 3;
/** Pictures stop until the server has caught up; the voice goes on. */
export const TOO_FAR = 2_500;

export type Softness = "network" | "device" | null;

export class Rate {
  bitrate = MOST;
  #rung = 0;
  /** The best rung that the encoder of this device keeps up with. */
  #able = 0;
  #steady = 0;
  #slow = 0;

  get size(): Size {
    return SIZES[this.#rung]!;
  }

  /** Why the picture is softer than it could be. */
  get softness(): Softness {
    if (this.bitrate < MOST * 0.6) return "network";
    return this.#able > 0 ? "device" : null;
  }

  /** After a second: `behind` is ms between the newest picture sent and the newest received,
   *  `skipped` the share of pictures that the encoder had no time for. */
  second(behind: number, skipped: number): void {
    if (behind > BEHIND) this.#slower(behind);
    else if (behind < CLOSE) this.#faster();
    else this.#steady = 0;
    this.#slow = skipped > 0.3 ? this.#slow + 1 : 0;
    if (this.#slow >= SLOW_SECONDS && this.#able < SIZES.length - 1) {
      this.#able = Math.max(this.#able, this.#rung) + 1;
      this.#slow = 0;
    }
    this.#choose();
  }

  #slower(behind: number): void {
    this.#steady = 0;
    this.bitrate = Math.max(LEAST, this.bitrate * (behind > 2 * BEHIND ? 0.5 : 0.75));
  }

  #faster(): void {
    this.#steady += 1;
    if (this.#steady < STEADY_SECONDS) return;
    this.#steady = 0;
    this.bitrate = Math.min(MOST, this.bitrate * 1.2);
  }

  /** A larger size needs a third more than its least, so that it does not go to and fro. */
  #choose(): void {
    while (this.#rung < SIZES.length - 1 && this.bitrate < this.size.least) this.#rung += 1;
    while (this.#rung > 0 && this.bitrate > SIZES[this.#rung - 1]!.least * 1.33) this.#rung -= 1;
    this.#rung = Math.max(this.#rung, this.#able);
  }
}
