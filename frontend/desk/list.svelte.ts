/** A list on the desk: one filter at a time, words to search for, how many there are behind each filter. */
import { problemOf, type Problem } from "../api/client";
import type { Counts, Page } from "../contract";
import type { Asking } from "./order.svelte";

export interface Listed<Filter extends string> {
  /** Of the API; how many there are is said at `{path}/counts`. */
  path: string;
  filters: readonly Filter[];
  /** What is shown to who chose nothing. */
  first: Filter;
}

export class DeskList<Item, Filter extends string> {
  filter = $state<Filter | "all">("all");
  words = $state("");
  counts = $state.raw<Counts | null>(null);
  /** Null until the first of them are there. */
  items = $state.raw<Item[] | null>(null);
  next = $state<string | null>(null);
  problem = $state.raw<Problem | null>(null);
  busy = $state(false);
  #asked = 0;

  constructor(
    private readonly studio: Asking,
    private readonly listed: Listed<Filter>,
    hash = "",
  ) {
    const query = new URLSearchParams(hash.replace(/^#/, ""));
    this.filter = listed.filters.find((each) => each === query.get("filter")) ?? listed.first;
    this.words = query.get("q") ?? "";
  }

  /** As the API says it, and the page's address behind its `#`: words may be somebody's name, and what stands there is sent to no
   *  server, neither in a request's line nor as its Referer. */
  get query(): string {
    const words = this.words.trim();
    return new URLSearchParams({ filter: this.filter, ...(words && { q: words }) }).toString();
  }

  async count(): Promise<void> {
    try {
      const path = `${this.listed.path}/counts`;
      this.counts = (await this.studio.request<{ counts: Counts }>(path)).counts;
    } catch {
      /* the list says what is wrong */
    }
  }

  choose(filter: Filter): Promise<void> {
    this.filter = filter;
    return this.#again();
  }

  /** Words are looked for behind all filters: whoever types a number does not know where it stands. */
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
    const asked = ++this.#asked;
    try {
      const cursor = this.next ? `&cursor=${this.next}` : "";
      const path = `${this.listed.path}?limit=50&${this.query}${cursor}`;
      const page = await this.studio.request<Page<Item>>(path);
      if (asked !== this.#asked) return;
      this.items = [...(this.items ?? []), ...page.items];
      this.next = page.next_cursor;
    } catch (error) {
      if (asked !== this.#asked) return;
      this.problem = problemOf(error);
    }
    this.busy = false;
  }
}
