/** What the team of a show plans for it and opens by hand, drops or coupons, and what they do with it. */
import { problemOf, type Problem } from "../api/client";
import type { NewCoupon, TeamCoupon, TeamDrop } from "../contract";
import type { Studio } from "./session.svelte";

type Asks = Pick<Studio, "request">;

/** What differs between the kinds. */
interface Kind<Item, Step extends string, Done extends string> {
  /** In the routes, and the name of the list in an answer. */
  name: "drops" | "coupons";
  /** Whether viewers can take part in it, which one at a time can be. */
  runs: (item: Item) => boolean;
  /** What a step has done. */
  done: Record<Step, Done>;
}

export class ShowOffers<
  Item extends { id: string },
  Plan,
  Step extends string,
  Done extends string,
> {
  items = $state.raw<readonly Item[] | null>(null);
  problem = $state.raw<Problem | null>(null);
  done = $state.raw<Done | "was_planned" | null>(null);
  busy = $state(false);
  /** Counts the requests, so that an older answer never replaces a newer one. */
  #asked = 0;
  #shown = 0;
  /** The problem is that of a look, and is over with the next one that succeeds. */
  #ofLook = false;

  /** The one that runs, if any. */
  readonly running = $derived.by(() => (this.items ?? []).find(this.kind.runs) ?? null);

  constructor(
    readonly studio: Asks,
    readonly showId: string,
    readonly kind: Kind<Item, Step, Done>,
  ) {}

  async load(): Promise<void> {
    const turn = ++this.#asked;
    try {
      const found = await this.studio.request<Record<string, readonly Item[]>>(this.#all);
      if (turn < this.#shown) return;
      this.#shown = turn;
      this.items = found[this.kind.name] ?? [];
      if (this.#ofLook) this.problem = null;
      this.#ofLook = false;
    } catch (error) {
      this.problem = problemOf(error);
      this.#ofLook = true;
    }
  }

  /** Clears the refusal before another attempt. */
  forget(): void {
    if (this.busy) return;
    this.problem = null;
    this.#ofLook = false;
  }

  plan = (body: Plan): Promise<boolean> => this.#step(this.#all, body, "was_planned");

  act = (item: Item, step: Step): Promise<boolean> =>
    this.#step(`/${this.kind.name}/${item.id}/${step}`, undefined, this.kind.done[step]);

  get #all(): string {
    return `/shows/${this.showId}/${this.kind.name}`;
  }

  /** Whether it was done. */
  async #step(path: string, body: Plan | undefined, done: Done | "was_planned"): Promise<boolean> {
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

export interface DropPlan {
  product_id: string;
  sku: string;
  units: number;
  per_person: number;
  price: number;
  opens_in_s: number;
  runs_s: number;
}

export const showDrops = (studio: Asks, showId: string) =>
  new ShowOffers<TeamDrop, DropPlan, "open" | "cancel", "started" | "was_closed">(studio, showId, {
    name: "drops",
    runs: ({ state }) => state === "announced",
    done: { open: "started", cancel: "was_closed" },
  });

export const showCoupons = (studio: Asks, showId: string) =>
  new ShowOffers<TeamCoupon, NewCoupon, "open" | "close", "was_opened" | "was_stopped">(
    studio,
    showId,
    {
      name: "coupons",
      runs: ({ state }) => state === "open",
      done: { open: "was_opened", close: "was_stopped" },
    },
  );
