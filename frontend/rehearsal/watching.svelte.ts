/** The rehearsal of a show as its team watches it: the page is the same for everybody, and the API
 *  answers who belongs to the team. It asks again and again, so that a rehearsal that is over goes
 *  from the screen, and the next one appears by itself. */
import { call, problemOf, type Problem } from "../api/client";
import type { WatchedRehearsal } from "../contract";

const LOOK_AGAIN = 3000;

export type Watching = "asking" | "shown" | "none" | "stranger";

export class RehearsalWatch {
  state = $state<Watching>("asking");
  rehearsal = $state.raw<WatchedRehearsal | null>(null);
  #timer: ReturnType<typeof setTimeout> | undefined;
  #stopped = false;

  constructor(
    private readonly api: string,
    private readonly showId: string,
    private readonly ask: typeof call = call,
  ) {}

  async look(): Promise<void> {
    try {
      const found = await this.ask<WatchedRehearsal>(this.api, `/shows/${this.showId}/rehearsal`);
      // The same rehearsal stays as it is: the room says what changes in it.
      if (found.show.id !== this.rehearsal?.show.id) this.rehearsal = found;
      this.state = "shown";
    } catch (error) {
      this.#refused(problemOf(error));
    }
    if (!this.#stopped) this.#timer = setTimeout(() => void this.look(), LOOK_AGAIN);
  }

  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#timer);
  }

  /** A network or a server that is away or busy for a moment leaves everything as it is: the player
   *  says so itself. */
  #refused({ code, status }: Problem): void {
    if (![401, 403, 404].includes(status)) return;
    this.rehearsal = null;
    this.state = code === "rehearsal_not_found" ? "none" : "stranger";
  }
}
