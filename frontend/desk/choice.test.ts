import { expect, test } from "vitest";
import type { OrderDetail } from "../contract";
import { parcelLines, refundBody, refundOf, refundable } from "./choice";

const pounds = (amount: number) => ({ amount, currency: "GBP" });
const line = (sku: string, quantity: number, price: number, refunded = 0, to_send = quantity) => ({
  sku,
  quantity,
  unit_price: pounds(price),
  refunded,
  to_send,
});
const order = (left: number) =>
  ({
    left: pounds(left),
    items: [line("MUG", 3, 100, 1, 1), line("BOWL", 1, 500, 1, 0)],
  }) as unknown as OrderDetail;

test("what is ticked goes back once", () => {
  expect(order(1000).items.map(refundable)).toEqual([2, 0]);
  expect(refundOf(order(1000), ["MUG", "BOWL"])).toEqual(pounds(200));
  expect(refundOf(order(1000), [])).toEqual(pounds(0));
});

test("no more than is left goes back", () => {
  expect(refundOf(order(150), ["MUG"])).toEqual(pounds(150));
});

test("pieces that were not sent are sold again, the others if the merchant says so", () => {
  const lines = (restock: boolean) => refundBody(order(1000), ["MUG", "BOWL"], restock).lines;

  expect(lines(false)).toEqual([{ sku: "MUG", quantity: 2, restock: 1 }]);
  expect(lines(true)).toEqual([{ sku: "MUG", quantity: 2, restock: 2 }]);
});

test("a parcel has what is left to send of the ticked lines", () => {
  expect(parcelLines(order(1000), ["MUG", "BOWL"])).toEqual([{ sku: "MUG", quantity: 1 }]);
});
