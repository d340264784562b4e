/** What the products of a show are called in it: `mine 12`, `/12`. */
import type { Show } from "../contract";
import { europeanDigits } from "../i18n/text";

/** A number of 0 is none. */
export type Numbered = Pick<Show, "product_ids" | "item_numbers">;

export function numberOf({ product_ids, item_numbers }: Numbered, id: string): number | null {
  return item_numbers[product_ids.indexOf(id)] || null;
}

export function productOf({ product_ids, item_numbers }: Numbered, number: number): string | null {
  return number > 0 ? (product_ids[item_numbers.indexOf(number)] ?? null) : null;
}

/** A number that somebody types for a product, in the digits of any keyboard; null for what is none
 *  that a product can have. */
export function readNumber(text: string): number | null {
  const digits = europeanDigits(text.trim());
  return /^[0-9]{1,4}$/.test(digits) ? Number(digits) || null : null;
}

/** The number of `/12`, in the digits of any keyboard; null for everything else. */
export function numberTyped(text: string): number | null {
  const found = /^\/\s*([0-9]{1,4})$/.exec(europeanDigits(text.trim()));
  return found ? Number(found[1]) : null;
}
