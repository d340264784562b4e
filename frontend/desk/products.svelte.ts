/** The merchant's products on the desk, by what is wrong with them; and what follows from their pieces and prices. */
import type { DeskProduct, Money } from "../contract";
import { wholeOf } from "./choice";
import { DeskList } from "./list.svelte";
import type { Asking } from "./order.svelte";

export const FILTERS = ["all", "sold_out", "no_picture", "short", "differs"] as const;
export type Filter = (typeof FILTERS)[number];

export class Products extends DeskList<DeskProduct, Filter> {
  constructor(studio: Asking, search = "") {
    super(studio, { path: "/catalog", filters: FILTERS, first: "all" }, search);
  }
}

export const inStock = ({ variants }: DeskProduct): number =>
  variants.reduce((sum, { in_stock }) => sum + Math.max(0, in_stock), 0);
export const heldNow = ({ variants }: DeskProduct): number =>
  variants.reduce((sum, { held }) => sum + held, 0);
/** People in line for a piece. */
export const waitingFor = ({ variants }: DeskProduct): number =>
  variants.reduce((sum, { waiting }) => sum + waiting, 0);
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

/** Pieces as people type them; null for what is no whole number. */
export const piecesOf = (typed: string): number | null => wholeOf(typed, 1_000_000);
