/** What an order names of what the buyer saw, and whether that still holds. Loaded with the checkout. */
import type { Problem } from "../api/client";
import type { Estimate } from "../contract";
import type { Delivery } from "./delivery.svelte";

const OUTDATED: ReadonlySet<string> = new Set([
  "price_changed",
  "not_delivered",
  "delivery_gone",
  "terms_changed",
  "coupon_gone",
]);

/** Whether a refusal says that delivery, its price or a seller's terms are others by now. */
export const isOutdated = (problem: Problem | null) => !!problem && OUTDATED.has(problem.code);

/** Ids of what the sellers lay down, as the buyer could read it. */
export const readableTerms = (estimate: Estimate | null): string[] =>
  (estimate?.sellers ?? []).flatMap(({ terms }) => terms.map(({ id }) => id));

/** What is named in an order: the ways on screen, the shop's own choice too, so that another price
 *  is noticed. */
export const chosenWays = (estimate: Estimate | null): string[] =>
  (estimate?.sellers ?? []).flatMap(({ chosen }) => (chosen ? [chosen] : []));

/** The coupons that are in the sum on screen. */
export const usedCoupons = (estimate: Estimate | null, tokens: readonly string[]): string[] =>
  estimate?.sellers.some(({ coupon }) => coupon) ? [...tokens] : [];

/** Whether the way that was chosen of a seller is not offered, and the shop took the cheapest. */
export const isGone = ({ estimate, chosen }: Delivery, seller: string): boolean =>
  !!estimate?.delivery_gone.includes(chosen[seller] ?? "");
