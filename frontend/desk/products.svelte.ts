/** The merchant's products on the desk: one filter at a time, words to search for, how many there are of each. */
import { problemOf, type Problem } from "../api/client";
import type { DeskProduct, Money, Page, ProductCounts } from "../contract";
import type { Asking } from "./order.svelte";

export const KINDS = ["all", "sold_out", "no_picture", "short", "differs"] as const;
export type Kind = (typeof KINDS)[number];

export class Products {
  kind = $state<Kind>("all");
  words = $state("");
  counts = $state.raw<ProductCounts | null>(null);
  /** Null until the first of them are there. */
  items = $state.raw<DeskProduct[] | null>(null);
  next = $state<string | null>(null);
  problem = $state.raw<Problem | null>(null);
  busy = $state(false);

  constructor(
    private readonly studio: Asking,
    search = "",
  ) {
    const query = new URLSearchParams(search);
    this.kind = KINDS.find((each) => each === query.get("filter")) ?? "all";
    this.words = query.get("q") ?? "";
  }

  /** As the API and the page's address say it. */
  get query(): string {
    const words = this.words.trim();
    return new URLSearchParams({ filter: this.kind, ...(words && { q: words }) }).toString();
  }

  async count(): Promise<void> {
    try {
      this.counts = (
        await this.studio.request<{ counts: ProductCounts }>("/catalogue/counts")
      ).counts;
    } catch {
      /* the list says what is wrong */
    }
  }

  choose(kind: Kind): Promise<void> {
    this.kind = kind;
    return this.#again();
  }

  /** Words are looked for in all products. */
  search(words: string): Promise<void> {
    this.words = words;
    if (words.trim()) this.kind = "all";
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
      const path = `/catalogue?limit=50&${asked}${cursor}`;
      const page = await this.studio.request<Page<DeskProduct>>(path);
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

export const inStock = ({ variants }: DeskProduct): number =>
  variants.reduce((sum, { in_stock }) => sum + Math.max(0, in_stock), 0);
export const heldNow = ({ variants }: DeskProduct): number =>
  variants.reduce((sum, { held }) => sum + held, 0);
export const shortOf = ({ variants }: DeskProduct): number =>
  variants.reduce((sum, { short }) => sum + short, 0);
export const differs = ({ variants }: DeskProduct): boolean =>
  variants.some(({ report, in_stock }) => report !== null && report.said !== in_stock);

/** Few enough that somebody should look: the next show may sell them. */
export const LOW = 3;
export type Stand = "short" | "sold_out" | "low" | "ready";
export function standOf(product: DeskProduct): Stand {
  const left = inStock(product);
  if (shortOf(product)) return "short";
  if (!left) return "sold_out";
  return left <= LOW ? "low" : "ready";
}

/** The lowest price in a currency, or in the first that there is; null where there is no price. */
export function priceOf({ variants }: DeskProduct, wanted?: string): Money | null {
  const prices = variants.flatMap((variant) => variant.prices);
  const currency = prices.find((each) => each.currency === wanted)?.currency ?? prices[0]?.currency;
  const all = prices.filter((each) => each.currency === currency);
  return all.reduce<Money | null>(
    (low, each) => (low && low.amount <= each.amount ? low : each),
    null,
  );
}

/** Pieces as people type them, in digits of either script; null for what is no whole number. */
export function piecesOf(typed: string): number | null {
  const plain = typed.replace(/[٠-٩۰-۹]/g, (digit) => String(digit.charCodeAt(0) & 0xf)).trim();
  return /^\d{1,7}$/.test(plain) && Number(plain) <= 1_000_000 ? Number(plain) : null;
}
