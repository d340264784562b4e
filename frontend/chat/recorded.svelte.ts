/** What was said in a recording, each message on the frame at which it was said. */
import { call } from "../api/client";
import type { ChatMessage } from "../contract";
import { without, type Lines } from "./lines";
import type { Stage } from "./stage";

/** Milliseconds of the show that are asked for around a moment. */
const BEFORE = 120_000;
const AHEAD = 120_000;
/** So long before the end of what is known the next part is asked for. */
const EARLY = 20_000;
/** Less would be asked for again before it has been watched. */
const LEAST_AHEAD = 2 * EARLY;
/** Messages of one part, the server's most; of more it sends the last. */
const MOST = 500;
/** Milliseconds after a request that failed. */
const PAUSE = 5_000;

export class Recorded {
  #known = $state.raw<Lines>([]);
  #moment = $state(0);
  #from = 0;
  #to = 0;
  #asking = false;
  #notBefore = 0;

  readonly lines = $derived.by(() => {
    const now = this.#moment;
    return this.#known.filter(({ media_at }) => Date.parse(media_at) <= now);
  });

  constructor(readonly store: Stage) {}

  /** A frame of this moment of the show clock is on screen. */
  frame(moment: number): void {
    // Twice a second is as often as anybody reads a new line.
    if (Math.abs(moment - this.#moment) < 500) return;
    this.#moment = moment;
    if (moment < this.#from || moment > this.#to - EARLY) void this.#ask(moment);
  }

  remove(id: string): void {
    this.#known = without(this.#known, id);
  }

  async #ask(moment: number): Promise<void> {
    if (this.#asking || Date.now() < this.#notBefore) return;
    this.#asking = true;
    try {
      await this.#fetch(moment, BEFORE, AHEAD);
    } catch {
      this.#notBefore = Date.now() + PAUSE;
    } finally {
      this.#asking = false;
    }
  }

  /** In a busy show a part may be full of what comes after the moment: then less is asked for. */
  async #fetch(moment: number, before: number, ahead: number): Promise<void> {
    const [from, to] = [moment - before, moment + ahead];
    const part = new URLSearchParams({
      from: new Date(from).toISOString(),
      to: new Date(to).toISOString(),
      limit: String(MOST),
    });
    const { items } = await call<{ items: ChatMessage[] }>(
      this.store.page.api,
      `/shows/${this.store.page.show.id}/messages?${part}`,
    );
    const less = Math.max(ahead / 2, LEAST_AHEAD);
    if (items.length >= MOST && less < ahead) return this.#fetch(moment, before / 2, less);
    [this.#known, this.#from, this.#to] = [items, from, to];
  }
}
