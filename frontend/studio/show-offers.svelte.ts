/** The drops of a show, as its team sees them, and what they do with them. */
import { problemOf, type Problem } from "../api/client";
import type { TeamDrop, TeamDrops } from "../contract";
import type { Studio } from "./session.svelte";

export type Step = "open" | "cancel";
export type Done = "started" | "was_closed" | "was_planned";

export interface Plan {
  product_id: string;
  sku: string;
  units: number;
  per_person: number;
  price: number;
  opens_in_s: number;
  runs_s: number;
}

export class ShowDrops {
  items = $state.raw<readonly TeamDrop[] | null>(null);
  problem = $state.raw<Problem | null>(null);
  done = $state.raw<Done | null>(null);
  busy = $state(false);
  /** Counts the requests, so that an older answer never replaces a newer one. */
  #asked = 0;
  #shown = 0;
  /** The problem is that of a look, and is over with the next one that succeeds. */
  #ofLook = false;

  /** The one that is announced, if any. */
  readonly running = $derived.by(
    () => (this.items ?? []).find(({ state }) => state === "announced") ?? null,
  );

  constructor(
    readonly studio: Pick<Studio, "request">,
    readonly showId: string,
  ) {}

  async load(): Promise<void> {
    const turn = ++this.#asked;
    try {
      const { drops } = await this.studio.request<TeamDrops>(`/shows/${this.showId}/drops`);
      if (turn < this.#shown) return;
      this.#shown = turn;
      this.items = drops;
      if (this.#ofLook) this.problem = null;
      this.#ofLook = false;
    } catch (error) {
      this.problem = problemOf(error);
      this.#ofLook = true;
    }
  }

  plan = (body: Plan): Promise<boolean> =>
    this.#step(`/shows/${this.showId}/drops`, body, "was_planned");

  act = (drop: TeamDrop, step: Step): Promise<boolean> =>
    this.#step(`/drops/${drop.id}/${step}`, undefined, step === "open" ? "started" : "was_closed");

  /** Whether it was done. */
  async #step(path: string, body: Plan | undefined, done: Done): Promise<boolean> {
    if (this.busy) return false;
    this.busy = true;
    this.problem = this.done = null;
    this.#ofLook = false;
    try {
      await this.studio.request(path, { method: "POST", ...(body ? { body } : {}) });
      this.done = done;
      await this.load();
      return true;
    } catch (error) {
      this.problem = problemOf(error);
      return false;
    } finally {
      this.busy = false;
    }
  }
}
