/** What a viewer bought, and an order of a guest that is to be kept with it. */
import { Work } from "../api/work.svelte";
import type { OwnOrder, Page } from "../contract";
import type { Account } from "./session.svelte";

export class OwnOrders extends Work {
  /** Null until the first of them are there. */
  items = $state.raw<OwnOrder[] | null>(null);
  next = $state<string | null>(null);
  /** The number of the order that was just taken into the account. */
  claimed = $state<string | null>(null);

  constructor(private readonly account: Account) {
    super();
  }

  load = (): Promise<boolean> => this.once(() => this.#add());

  /** The order is put where it belongs: at its place by age, once. */
  claim = (): Promise<boolean> =>
    this.once(async () => {
      const order = await this.account.request<OwnOrder>("/viewer/orders", {
        method: "POST",
        body: { token: this.account.claim },
      });
      this.account.dropClaim();
      this.claimed = order.number;
      const others = (this.items ?? []).filter(({ id }) => id !== order.id);
      this.items = [...others, order].toSorted((a, b) => (a.placed_at < b.placed_at ? 1 : -1));
    });

  forgetClaim = (): void => {
    this.problem = null;
    this.account.dropClaim();
  };

  async #add(): Promise<void> {
    const cursor = this.next ? `?cursor=${this.next}` : "";
    const page = await this.account.request<Page<OwnOrder>>(`/viewer/orders${cursor}`);
    const known = new Set(page.items.map(({ id }) => id));
    this.items = [...(this.items ?? []).filter(({ id }) => !known.has(id)), ...page.items];
    this.next = page.next_cursor;
  }
}
