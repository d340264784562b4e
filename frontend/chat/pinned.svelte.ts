/** The pinned message. The room says which one it is; its words are among those on the page, or the
 *  server is asked for them. */
import { isUnsure, Refused } from "../api/client";
import type { ChatMessage } from "../contract";
import type { Lines } from "./lines";

/** Asks for the messages of the show, of which one is enough. */
type Ask = () => Promise<{ pinned: ChatMessage | null }>;

/** Milliseconds over which the pages of an audience spread their requests for the same words. */
const SPREAD = 5_000;
/** Milliseconds until a request that brought nothing is made again; one that was refused is not. */
const PAUSE = 5_000;

export class Pinned {
  #found = $state.raw<ChatMessage | null>(null);
  /** The message that is asked for, or was; the one that an answer did not hold; the deleted one. */
  #asked: string | null = null;
  #missed: string | null = null;
  #removed: string | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #looking = false;
  /** An answer from before the last `forget` says nothing. */
  #connection = 0;
  /** The last one that is no news; undefined until the room has said what is pinned. */
  #known: string | null | undefined;
  /** Another message is pinned than when the page was opened, or than before; null when none is. */
  onpinned: (message: ChatMessage | null) => void = () => undefined;

  /** `id` is undefined until the room has said what is pinned. */
  constructor(
    readonly id: () => string | null | undefined,
    readonly lines: () => Lines,
    readonly ask: Ask,
    readonly spread = SPREAD,
  ) {}

  readonly message = $derived.by(() => {
    const id = this.id();
    if (!id) return null;
    const [found, heard] = [this.#found, this.lines().find((line) => line.id === id)];
    return heard ?? (found?.id === id ? found : null);
  });

  /** Call it in an effect; what it returns ends the waiting. */
  look(): () => void {
    const [id, message] = [this.id(), this.message];
    this.#looking = true;
    // The page keeps a few hundred lines: the pinned one stays when it is no longer among them.
    if (message) this.#found = message;
    this.#say(id, message);
    if (!id) this.#asked = null;
    else if (message?.id === this.#removed) this.#removed = null;
    if (this.#isMissing() && this.#asked !== id) this.#askAfter(0);
    return () => {
      this.#looking = false;
      clearTimeout(this.#timer);
    };
  }

  #say(id: string | null | undefined, message: ChatMessage | null): void {
    if (id === undefined || id === this.#known) return;
    const isFirst = this.#known === undefined;
    if (id && !isFirst && !message) return;
    this.#known = id;
    if (!isFirst) this.onpinned(message);
  }

  /** It was deleted. */
  remove(id: string): void {
    if (this.#found?.id === id) this.#found = null;
    if (id === this.id()) this.#removed = id;
  }

  /** The connection begins anew: what was deleted or cut out since then was not heard of. */
  forget(): void {
    this.#found = this.#asked = this.#missed = this.#removed = null;
    this.#connection += 1;
    if (this.#isMissing()) this.#askAfter(0);
  }

  #isMissing(): boolean {
    const id = this.id();
    return Boolean(id) && !this.message && this.#removed !== id;
  }

  #askAfter(pause: number): void {
    clearTimeout(this.#timer);
    if (!this.#looking) return;
    this.#timer = setTimeout(() => void this.#fetch(), pause + Math.random() * this.spread);
  }

  async #fetch(): Promise<void> {
    const id = this.id();
    if (!id || !this.#isMissing()) return;
    this.#asked = id;
    const connection = this.#connection;
    const isStale = (): boolean => this.#asked !== id || this.#connection !== connection;
    const again = (): void => {
      this.#asked = null;
      this.#askAfter(PAUSE);
    };
    try {
      const { pinned } = await this.ask();
      if (isStale() || !this.#isMissing()) return;
      if (pinned?.id === id) this.#found = pinned;
      else if (this.#missed !== id) {
        // The server keeps its answer for a moment, so the first one may be older than the pin.
        this.#missed = id;
        again();
      }
    } catch (error) {
      const isRefused = error instanceof Refused && !isUnsure(error.problem);
      if (!isRefused && !isStale()) again();
    }
  }
}
