/** What was said in a recording, each message on the frame at which it was said. */
import { call } from "../api/client";
import type { ChatMessage } from "../contract";
import { without, type Lines } from "./lines";
import type { Stage } from "./stage";

/** Milliseconds of the show that are asked for, half of them before the moment. */
const WHOLE = 240_000;
/** A part is not made shorter than this, however much was said in it. */
const SHORTEST = 1_000;
/** So long before the end of what is known the next part is asked for; of a short part, when half of
 *  what lies ahead was watched. */
const EARLY = 20_000;
/** Messages of one part, the server's most; of more it sends the last. */
const MOST = 500;
/** Milliseconds after a request that failed. */
const PAUSE = 5_000;

const momentOf = ({ media_at }: ChatMessage): number => Date.parse(media_at);

export class Recorded {
  #known = $state.raw<Lines>([]);
  #moment = $state(0);
  #from = 0;
  #to = 0;
  /** Milliseconds of the next part, in a busy show fewer. */
  #span = WHOLE;
  /** Milliseconds of the part that is known. */
  #fetched = WHOLE;
  #asking = false;
  #notBefore = 0;

  readonly lines = $derived.by(() => {
    const now = this.#moment;
    return this.#known.filter((message) => momentOf(message) <= now);
  });

  constructor(readonly store: Stage) {}

  /** A frame of this moment of the show clock is on screen. */
  frame(moment: number): void {
    // Twice a second is as often as anybody reads a new line.
    if (Math.abs(moment - this.#moment) < 500) return;
    this.#moment = moment;
    if (moment < this.#from || moment > this.#to - Math.min(EARLY, this.#fetched / 4))
      void this.#ask(moment);
  }

  remove(id: string): void {
    this.#known = without(this.#known, id);
  }

  async #ask(moment: number): Promise<void> {
    if (this.#asking || Date.now() < this.#notBefore) return;
    this.#asking = true;
    try {
      if (moment < this.#from || moment > this.#to) this.#span = WHOLE;
      await this.#fetch(moment);
    } catch {
      this.#notBefore = Date.now() + PAUSE;
    } finally {
      this.#asking = false;
    }
  }

  async #fetch(moment: number): Promise<void> {
    const [from, to] = [moment - this.#span / 2, moment + this.#span / 2];
    const part = new URLSearchParams({
      from: new Date(from).toISOString(),
      to: new Date(to).toISOString(),
      limit: String(MOST),
    });
    const { items } = await call<{ items: ChatMessage[] }>(
      this.store.page.api,
      `/shows/${this.store.page.show.id}/messages?${part}`,
    );
    if (items.length >= MOST && this.#span > SHORTEST) {
      this.#span = shorter(this.#span, to - momentOf(items[0]!));
      return this.#fetch(moment);
    }
    this.#add(items, from, to, moment);
    if (items.length < MOST / 4) this.#span = Math.min(this.#span * 2, WHOLE);
  }

  /** What was known just before this part stays above it. */
  #add(items: Lines, from: number, to: number, moment: number): void {
    const oldest = moment - WHOLE / 2;
    const isNext = this.#from <= from && from <= this.#to;
    const earlier = this.#known.filter((message) => {
      const at = momentOf(message);
      return isNext && at >= oldest && at < from;
    });
    this.#known = [...earlier, ...items];
    this.#from = isNext ? Math.max(this.#from, oldest) : from;
    this.#to = to;
    this.#fetched = to - from;
  }
}

/** A part that may be full of what comes after the moment is asked for again, so short that it holds
 *  everything if as much is said all the time as in the milliseconds that filled the answer. */
const shorter = (span: number, filled: number): number =>
  Math.max(SHORTEST, span / 8, Math.min(span / 2, filled * 0.8));
