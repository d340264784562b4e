/** Of which orders a payout is, read in parts. */
import { problemOf, type Problem } from "../api/client";
import type { Money, PayoutOrder, PayoutOrders } from "../contract";
import type { Studio } from "../studio/session.svelte";

export class OrdersOfPayout {
  /** Null until the shop has answered. */
  items = $state.raw<PayoutOrder[] | null>(null);
  /** With all orders it makes the payout. */
  rest = $state.raw<Money | null>(null);
  next = $state<string | null>(null);
  problem = $state.raw<Problem | null>(null);
  busy = $state(false);

  constructor(
    private readonly studio: Pick<Studio, "request">,
    private readonly payout: string,
  ) {}

  async more(): Promise<void> {
    if (this.busy || (this.items && !this.next)) return;
    this.busy = true;
    this.problem = null;
    try {
      const cursor = this.next ? `&cursor=${this.next}` : "";
      const path = `/ledger/payouts/${this.payout}/orders?limit=50${cursor}`;
      const part = await this.studio.request<PayoutOrders>(path);
      this.items = [...(this.items ?? []), ...part.items];
      this.rest = part.rest;
      this.next = part.next_cursor;
    } catch (error) {
      this.problem = problemOf(error);
    }
    this.busy = false;
  }
}
