/** What the pin keys do, as plain decisions over the open pins and the shelf. */
import type { Pin, Product } from "../contract";

export type Action =
  | { do: "pin"; productId: string; replace: boolean }
  | { do: "unpin"; cueId: string }
  | { do: "nothing" };

const nothing: Action = { do: "nothing" };

/** The product after the newest pin, in shelf order; the first one when nothing was pinned yet.
 *  After the last comes the first. */
export function nextProduct(
  products: readonly Product[],
  lastPinned: string | null,
): Product | null {
  const at = products.findIndex(({ id }) => id === lastPinned);
  return products[(at + 1) % products.length] ?? null;
}

export function pinNext(products: readonly Product[], lastPinned: string | null): Action {
  const next = nextProduct(products, lastPinned);
  return next ? { do: "pin", productId: next.id, replace: true } : nothing;
}

/** A digit pins its product beside what is pinned, or unpins it. */
export function toggle(products: readonly Product[], open: readonly Pin[], index: number): Action {
  const product = products[index];
  if (!product) return nothing;
  const cue = open.find(({ payload }) => payload.product_id === product.id);
  return cue
    ? { do: "unpin", cueId: cue.id }
    : { do: "pin", productId: product.id, replace: false };
}

export function unpinNewest(open: readonly Pin[]): Action {
  return open[0] ? { do: "unpin", cueId: open[0].id } : nothing;
}

/** By the key's place on the board, so that an Arabic layout works the same. Null for keys that
 *  mean nothing here. */
export function commandFor(
  event: Pick<KeyboardEvent, "code" | "ctrlKey" | "metaKey" | "altKey" | "repeat">,
): "next" | "unpin" | "undo" | number | null {
  if (event.ctrlKey || event.metaKey || event.altKey || event.repeat) return null;
  const digit = /^(?:Digit|Numpad)([1-9])$/.exec(event.code);
  if (digit) return Number(digit[1]) - 1;
  return ({ KeyN: "next", KeyU: "unpin", KeyZ: "undo" } as const)[event.code as "KeyN"] ?? null;
}
