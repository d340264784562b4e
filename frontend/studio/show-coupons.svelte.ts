/** The coupons of a show, as its team sees them, and what they do with them. */
import { problemOf, type Problem } from "../api/client";
import type { NewCoupon, TeamCoupon, TeamCoupons } from "../contract";
import type { Studio } from "./session.svelte";

export type Step = "open" | "close";
export type Done = "was_planned" | "was_opened" | "was_stopped";

export class ShowCoupons {
  items = $state.raw<readonly TeamCoupon[] | null>(null);
  problem = $state.raw<Problem | null>(null);
  done = $state.raw<Done | null>(null);
  busy = $state(false);
  /** Counts the requests, so that an older answer never replaces a newer one. */
  #asked = 0;
  #shown = 0;

  /** The one that can be claimed, if any. */
  readonly running = $derived.by(
    () => (this.items ?? []).find(({ state }) => state === "open") ?? null,
  );

  constructor(
    readonly studio: Pick<Studio, "request">,
    readonly showId: string,
  ) {}

  async load(): Promise<void> {
    const turn = ++this.#asked;
    try {
      const { coupons } = await this.studio.request<TeamCoupons>(`/shows/${this.showId}/coupons`);
      if (turn < this.#shown) return;
      this.#shown = turn;
      this.items = coupons;
    } catch (error) {
      this.problem = problemOf(error);
    }
  }

  plan = (body: NewCoupon): Promise<boolean> =>
    this.#step(`/shows/${this.showId}/coupons`, body, "was_planned");

  act = (coupon: TeamCoupon, step: Step): Promise<boolean> =>
    this.#step(
      `/coupons/${coupon.id}/${step}`,
      undefined,
      step === "open" ? "was_opened" : "was_stopped",
    );

  /** Whether it was done. */
  async #step(path: string, body: NewCoupon | undefined, done: Done): Promise<boolean> {
    if (this.busy) return false;
    this.busy = true;
    this.problem = this.done = null;
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
