/** The hearts of a show: how many it was sent, and those that this person sends. */
import { call } from "../api/client";
import type { Stage } from "./stage";

/** Milliseconds in which presses are gathered into one request. */
const GATHERED = 1000;
/** Hearts of one request that the server counts; what is pressed beyond is not shown either. */
export const MOST_HEARTS = 5;

export class Hearts {
  #own = $state(0);
  #waiting = 0;
  /** What this page shows: the own ones at once, the others' with the room's next state. */
  readonly total = $derived.by(() => Math.max(this.store.hearts ?? 0, this.#own));
  readonly open = $derived.by(
    () =>
      !this.store.replaying &&
      (this.store.show.state === "live" || this.store.show.state === "interrupted"),
  );

  constructor(readonly store: Stage) {}

  /** Whether the heart counts. */
  press(): boolean {
    if (!this.open || this.#waiting === MOST_HEARTS) return false;
    if (!this.#waiting) setTimeout(() => void this.#send(), GATHERED);
    this.#waiting += 1;
    this.#own = this.total + 1;
    return true;
  }

  async #send(): Promise<void> {
    const count = this.#waiting;
    this.#waiting = 0;
    const path = `/shows/${this.store.page.show.id}/hearts`;
    await call(this.store.page.api, path, { method: "POST", body: { count } }).catch(
      // Nothing is lost but a number: it is again what the room says.
      () => (this.#own = 0),
    );
  }
}
