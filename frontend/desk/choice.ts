/** What a merchant has chosen of an order: pieces by SKU, and what they make in money. Pure. */
import type { Money, OrderDetail } from "../contract";

export type Line = OrderDetail["items"][number];

/** Pieces of a line that can still be refunded. */
export const refundable = (line: Line): number => line.quantity - line.refunded;

/** What goes back for the lines that are ticked: every piece of them that is left, and no more than is left to give. */
export function refundOf(order: OrderDetail, ticked: readonly string[]): Money {
  const amount = order.items
    .filter(({ sku }) => ticked.includes(sku))
    .reduce((sum, line) => sum + line.unit_price.amount * refundable(line), 0);
  return { amount: Math.min(amount, order.left.amount), currency: order.left.currency };
}

/** The same as the request says it; pieces that were not sent yet, and all if `restock`, are sold again. */
export function refundBody(order: OrderDetail, ticked: readonly string[], restock: boolean) {
  const lines = order.items
    .filter((line) => ticked.includes(line.sku) && refundable(line) > 0)
    .map((line) => ({
      sku: line.sku,
      quantity: refundable(line),
      restock: restock ? refundable(line) : Math.min(line.to_send, refundable(line)),
    }));
  return { lines, amount: refundOf(order, ticked) };
}

/** What a parcel with the ticked lines has in it. */
export const parcelLines = (order: OrderDetail, ticked: readonly string[]) =>
  order.items
    .filter((line) => ticked.includes(line.sku) && line.to_send > 0)
    .map((line) => ({ sku: line.sku, quantity: line.to_send }));
