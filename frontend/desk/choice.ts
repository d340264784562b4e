/** What a merchant has chosen of an order: pieces by SKU, and what they make in money. Pure. */
import type { Money, OrderDetail } from "../contract";
import { precision } from "../i18n/i18n";

export type Line = OrderDetail["items"][number];
/** Pieces by SKU; what is not in it is not chosen. */
export type Pieces = Readonly<Record<string, number>>;

/** Pieces of a line that can still be refunded. */
export const refundable = (line: Line): number => line.quantity - line.refunded;

/** What was paid for so many pieces of a line, from this one on: a coupon's discount may not divide by the pieces, and what is
 *  given back one by one sums to the whole (orders/types/agreed.py, `price_between`). */
export function paidFor({ total, quantity }: Line, pieces: number, from: number): number {
  const until = (piece: number) => Math.floor((total.amount * piece) / quantity);
  return until(from + pieces) - until(from);
}

/** What goes back for the chosen pieces, and no more than is left to give. */
export function refundOf(order: OrderDetail, pieces: Pieces): Money {
  const amount = order.items.reduce(
    (sum, line) => sum + paidFor(line, pieces[line.sku] ?? 0, line.refunded),
    0,
  );
  return { amount: Math.min(amount, order.left.amount), currency: order.left.currency };
}

/** Pieces of a line that were sent and are not back. */
export const away = (line: Line): number => line.sent - line.returned;

/** The chosen pieces as a refund says them; those that were not sent yet, and if `restock` those that are not back yet by a
 *  return of their own, are sold again. */
export const refundLines = (order: OrderDetail, pieces: Pieces, restock: boolean) =>
  order.items
    .filter(({ sku }) => (pieces[sku] ?? 0) > 0)
    .map((line) => {
      const quantity = pieces[line.sku]!;
      const most = restock ? line.to_send + away(line) : line.to_send;
      return { sku: line.sku, quantity, restock: Math.min(most, quantity) };
    });

/** The refund of what is due after a withdrawal; what came back was put on sale when it did. Who looks at a page from before
 *  somebody else paid it is refused. */
export const owedRefund = (order: OrderDetail) => {
  const pieces = Object.fromEntries(
    (order.owed?.items ?? []).map(({ sku, quantity }) => [sku, quantity]),
  );
  const lines = refundLines(order, pieces, false);
  return { lines, amount: order.owed?.now, expected_left: order.left };
};

/** What did not reach the buyer goes back again, as a sum: its pieces stay as they are. Who looks at a page from before somebody
 *  else did so is refused. */
export const reopenedRefund = (order: OrderDetail) => ({
  lines: [],
  amount: order.reopened,
  expected_left: order.left,
});

/** How many of the chosen pieces are damaged: who chooses fewer pieces has no more damaged ones than those, and who takes a
 *  line away and chooses it again says it anew. */
export const damagedOf = (damaged: Pieces, pieces: Pieces): Record<string, number> =>
  Object.fromEntries(
    Object.entries(pieces).map(([sku, count]) => [sku, Math.min(damaged[sku] ?? 0, count)]),
  );

/** What came back as a return says it: `damaged` by SKU; the others are sold again if `restock`. */
export const returnLines = (
  order: OrderDetail,
  pieces: Pieces,
  damaged: Pieces,
  restock: boolean,
) =>
  order.items
    .filter(({ sku }) => (pieces[sku] ?? 0) > 0)
    .map(({ sku }) => {
      const quantity = pieces[sku]!;
      const worse = Math.min(damaged[sku] ?? 0, quantity);
      return { sku, quantity, damaged: worse, restock: restock ? quantity - worse : 0 };
    });

/** What the damaged of these lines cost: they can lose no more. Goods from which nobody may withdraw stay paid. */
export const mostLost = (order: OrderDetail, lines: { sku: string; damaged: number }[]): number =>
  order.items
    .filter(({ may_be_withdrawn }) => may_be_withdrawn)
    .reduce(
      (sum, line) =>
        sum + paidFor(line, lines.find(({ sku }) => sku === line.sku)?.damaged ?? 0, 0),
      0,
    );

/** All pieces that can still be refunded. */
export const everything = (order: OrderDetail): Pieces =>
  Object.fromEntries(order.items.map((line) => [line.sku, refundable(line)]));

/** How many pieces the buyer still waits for although all money went back, or is about to: nobody said what becomes of
 *  them. */
export const paidBackUnsent = (order: OrderDetail): number =>
  order.left.amount === 0 && order.total.amount > 0
    ? order.items.reduce((sum, { sendable }) => sum + sendable, 0)
    : 0;

/** What a parcel with the chosen pieces has in it. */
export const parcelLines = (order: OrderDetail, pieces: Pieces) =>
  order.items
    .map(({ sku }) => ({ sku, quantity: pieces[sku] ?? 0 }))
    .filter(({ quantity }) => quantity > 0);

/** Arabic-Indic, Persian and full-width digits are read like European ones (`europeanDigits` of i18n/text, not shared with
 *  this page: it would be one more file for every show). */
const plain = (typed: string): string =>
  typed.replace(/[٠-٩۰-۹０-９]/g, (digit) => String(digit.charCodeAt(0) & 0xf)).trim();

/** A whole number as people type it, in digits of either script; null for what is none, or above `most`. */
export function wholeOf(typed: string, most: number): number | null {
  const digits = plain(typed);
  return /^\d{1,9}$/.test(digits) && Number(digits) <= most ? Number(digits) : null;
}

/** A sum as people type it ("12.50", "12,5", "١٢٫٥٠") in minor units; null for what is none. */
export function amountOf(typed: string, currency: string): number | null {
  const found = /^(\d{1,10})(?:[.,](\d+))?$/.exec(plain(typed).replace("٫", "."));
  const digits = precision(currency);
  const part = found?.[2] ?? "";
  if (!found || part.length > digits) return null;
  return Number(found[1]! + part.padEnd(digits, "0"));
}
