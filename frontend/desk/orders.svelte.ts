/** The merchant's orders on the desk: one filter at a time, words to search for, how many there are of each. */
import { problemOf, type Problem } from "../api/client";
import type { Order, OrderCounts, Page } from "../contract";
import type { Asking } from "./order.svelte";

export const FILTERS = [
  "to_send",
  "late",
  "part_sent",
  "sent",
  "refunded",
  "withdrawn",
  "all",
] as const;
export type Filter = (typeof FILTERS)[number];

export class Orders {
  filter = $state<Filter>("to_send");
  words = $state("");
  counts = $state.raw<OrderCounts | null>(null);
  /** Null until the first of them are there. */
  items = $state.raw<Order[] | null>(null);
  next = $state<string | null>(null);
  problem = $state.raw<Problem | null>(null);
  busy = $state(false);

  constructor(
    private readonly studio: Asking,
    search = "",
  ) {
    const query = new URLSearchParams(search);
    this.filter = FILTERS.find((each) => each === query.get("filter")) ?? "to_send";
    this.words = query.get("q") ?? "";
  }

  /** As the API and the page's address say it. */
  get query(): string {
    const words = this.words.trim();
    return new URLSearchParams({ filter: this.filter, ...(words && { q: words }) }).toString();
  }

  async count(): Promise<void> {
    try {
      this.counts = (await this.studio.request<{ counts: OrderCounts }>("/orders/counts")).counts;
    } catch {
      /* the list says what is wrong */
    }
  }

  choose(filter: Filter): Promise<void> {
    this.filter = filter;
    return this.#again();
  }

  /** Words are looked for in all orders: whoever types a number does not know where it stands. */
  search(words: string): Promise<void> {
    this.words = words;
    if (words.trim()) this.filter = "all";
    return this.#again();
  }

  #again(): Promise<void> {
    this.items = this.next = null;
    this.busy = false;
    return this.load();
  }

  /** What comes late for an earlier choice is not shown. */
  async load(): Promise<void> {
    if (this.busy) return;
    this.busy = true;
    this.problem = null;
    const asked = this.query;
    try {
      const cursor = this.next ? `&cursor=${this.next}` : "";
      const page = await this.studio.request<Page<Order>>(`/orders?limit=50&${asked}${cursor}`);
      if (asked !== this.query) return;
      this.items = [...(this.items ?? []), ...page.items];
      this.next = page.next_cursor;
    } catch (error) {
      if (asked !== this.query) return;
      this.problem = problemOf(error);
    }
    this.busy = false;
  }
}
