/** Which combination of options is chosen, which exist, which are in stock. Pure. */
import type { Money, Product, Variant } from "../contract";

export type Selection = Readonly<Record<string, string>>;
export type Stock = Readonly<Record<string, number>>;
/** `gone`: exists, none left. `impossible`: not made in combination with what is chosen on the
 *  other axes. */
export type Offer = "ok" | "gone" | "impossible";

export function variantFor(product: Product, selection: Selection): Variant | undefined {
  return product.variants.find((variant) =>
    Object.entries(variant.options).every(([axis, value]) => selection[axis] === value),
  );
}

/** Stock is unknown until the room has spoken; nothing is called sold out before that. */
export const isGone = (variant: Variant, stock: Stock) => stock[variant.sku] === 0;

export function firstChoice(product: Product, stock: Stock): Selection {
  return (
    (product.variants.find((variant) => !isGone(variant, stock)) ?? product.variants[0])?.options ??
    {}
  );
}

export function offer(
  product: Product,
  selection: Selection,
  axis: string,
  value: string,
  stock: Stock,
): Offer {
  const variant = variantFor(product, { ...selection, [axis]: value });
  if (!variant) return "impossible";
  return isGone(variant, stock) ? "gone" : "ok";
}

/** Takes `value` on `axis`; where that combination is not made, the other axes move as little as
 *  possible. */
export function choose(
  product: Product,
  selection: Selection,
  axis: string,
  value: string,
): Selection {
  const wanted = { ...selection, [axis]: value };
  if (variantFor(product, wanted)) return wanted;
  const kept = (variant: Variant) =>
    Object.entries(variant.options).filter(([other, chosen]) => wanted[other] === chosen).length;
  const candidates = product.variants.filter((variant) => variant.options[axis] === value);
  return candidates.sort((a, b) => kept(b) - kept(a))[0]?.options ?? selection;
}

/** Pieces left over all variants; null while the room has not said. */
export function leftOf(product: Product, stock: Stock): number | null {
  const counts = product.variants.map((variant) => stock[variant.sku]);
  if (counts.some((count) => count === undefined)) return null;
  return counts.reduce<number>((sum, count) => sum + count!, 0);
}

/** Null for a product that has no price in this market. `prior`: what the price is reduced from,
 *  where the whole product has one price. */
export function lowestPrice(
  product: Product,
  now = Date.now(),
): { price: Money; varies: boolean; prior: Money | null } | null {
  const prices = product.variants.map((variant) => variant.price);
  if (!prices.length) return null;
  const price = prices.reduce((low, next) => (next.amount < low.amount ? next : low));
  const varies = prices.some((other) => other.amount !== price.amount);
  const priors = product.variants.map((variant) => priorPrice(variant, now));
  // One crossed-out price stands for all options only where it is true of each.
  const [first] = priors;
  const same = first && priors.every((other) => other?.amount === first.amount);
  return { price, varies, prior: same && !varies ? first : null };
}

/** What a variant's price may be shown as reduced from; the server computes it from the history of
 *  prices. Null when it is no reduction, or none any more. */
export const priorPrice = ({ prior_price }: Variant, now = Date.now()): Money | null =>
  prior_price && now < Date.parse(prior_price.until) ? prior_price.price : null;

export function findVariant(
  products: Product[],
  sku: string,
): { product: Product; variant: Variant } | null {
  for (const product of products) {
    const variant = product.variants.find((candidate) => candidate.sku === sku);
    if (variant) return { product, variant };
  }
  return null;
}

export const times = (money: Money, quantity: number): Money => ({
  ...money,
  amount: money.amount * quantity,
});
