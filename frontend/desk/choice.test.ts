import { expect, test } from "vitest";
import type { OrderDetail } from "../contract";
import {
  amountOf,
  damagedOf,
  everything,
  mostLost,
  owedRefund,
  paidBackUnsent,
  paidFor,
  parcelLines,
  refundLines,
  refundOf,
  returnLines,
  wholeOf,
  type Line,
} from "./choice";

const pounds = (amount: number) => ({ amount, currency: "GBP" });
const line = (sku: string, quantity: number, price: number, refunded = 0, to_send = quantity) => ({
  sku,
  quantity,
  unit_price: pounds(price),
  total: pounds(price * quantity),
  refunded,
  to_send,
  sent: quantity - to_send,
  returned: 0,
  may_be_withdrawn: true,
});
const order = (left: number) =>
  ({
    left: pounds(left),
    items: [line("MUG", 3, 100, 1, 1), line("BOWL", 1, 500, 1, 0)],
  }) as unknown as OrderDetail;

test("what is chosen goes back, and what went back already does not", () => {
  expect(everything(order(1000))).toEqual({ MUG: 2, BOWL: 0 });
  expect(refundOf(order(1000), everything(order(1000)))).toEqual(pounds(200));
  expect(refundOf(order(1000), { MUG: 1 })).toEqual(pounds(100));
  expect(refundOf(order(1000), {})).toEqual(pounds(0));
});

test("what a coupon left of a line goes back to the penny, piece by piece", () => {
  const paid = { ...line("MUG", 3, 2500), total: pounds(7100) } as unknown as Line;

  expect([0, 1, 2].map((from) => paidFor(paid, 1, from))).toEqual([2366, 2367, 2367]);
  expect(paidFor(paid, 2, 1)).toBe(4734);
});

test("no more than is left goes back", () => {
  expect(refundOf(order(150), { MUG: 2 })).toEqual(pounds(150));
});

test("pieces that were not sent are sold again, the others if the merchant says so", () => {
  const lines = (restock: boolean) => refundLines(order(1000), { MUG: 2, BOWL: 0 }, restock);

  expect(lines(false)).toEqual([{ sku: "MUG", quantity: 2, restock: 1 }]);
  expect(lines(true)).toEqual([{ sku: "MUG", quantity: 2, restock: 2 }]);
});

test("what is back by a return is not sold again by its refund", () => {
  const back = order(1000);
  back.items[0]!.returned = 2;

  expect(refundLines(back, { MUG: 2 }, true)).toEqual([{ sku: "MUG", quantity: 2, restock: 1 }]);
});

test("what is due is refunded for the pieces that it is due for", () => {
  const owed = { now: pounds(170), items: [{ sku: "MUG", quantity: 2 }] };

  expect(owedRefund({ ...order(1000), owed } as OrderDetail)).toEqual({
    lines: [{ sku: "MUG", quantity: 2, restock: 1 }],
    amount: pounds(170),
    expected_left: pounds(1000),
  });
});

test("damaged pieces that came back are not sold again, the others if the merchant says so", () => {
  const lines = (restock: boolean) =>
    returnLines(order(1000), { MUG: 2, BOWL: 0 }, { MUG: 1, BOWL: 1 }, restock);

  expect(lines(true)).toEqual([{ sku: "MUG", quantity: 2, damaged: 1, restock: 1 }]);
  expect(lines(false)).toEqual([{ sku: "MUG", quantity: 2, damaged: 1, restock: 0 }]);
});

test("of fewer pieces no more are damaged, and of a line chosen again none", () => {
  const fewer = damagedOf({ MUG: 2, BOWL: 1 }, { MUG: 1, BOWL: 0 });

  expect(fewer).toEqual({ MUG: 1, BOWL: 0 });
  expect(damagedOf(fewer, { MUG: 3, BOWL: 1 })).toEqual({ MUG: 1, BOWL: 0 });
});

test("goods that stay paid lose no value", () => {
  const exception = (sku: string, may_be_withdrawn: boolean) => {
    const items = order(1000).items.map((each) =>
      each.sku === sku ? { ...each, may_be_withdrawn } : each,
    );
    return { ...order(1000), items } as OrderDetail;
  };
  const damaged = [
    { sku: "MUG", damaged: 2 },
    { sku: "BOWL", damaged: 1 },
  ];

  expect(mostLost(order(1000), damaged)).toBe(700);
  expect(mostLost(exception("BOWL", false), damaged)).toBe(200);
  expect(mostLost(exception("BOWL", true), damaged)).toBe(700);
});

test("an order whose money is gone and whose pieces wait asks what becomes of them", () => {
  const stands = (left: number, ...sendable: number[]) => {
    const items = sendable.map((each) => ({ ...line("MUG", 3, 100), sendable: each }));
    const shown = { ...order(left), items, total: pounds(1000), to_send: 3 };
    return paidBackUnsent({
      ...shown,
      withdrawn_at: "2026-11-26T09:00:00Z",
    } as unknown as OrderDetail);
  };

  // Whether the buyer withdrew from others or not.
  expect([stands(0, 2, 1), stands(1, 2), stands(0, 0)]).toEqual([3, 0, 0]);
});

test("a parcel has the chosen pieces and no empty lines", () => {
  expect(parcelLines(order(1000), { MUG: 1, BOWL: 0 })).toEqual([{ sku: "MUG", quantity: 1 }]);
});

test.each([
  ["12.50", "GBP", 1250],
  ["12,5", "EUR", 1250],
  [" 12 ", "GBP", 1200],
  ["١٢٫٥٠", "AED", 1250],
  ["1.234", "KWD", 1234],
  ["12.345", "GBP", null],
  ["", "GBP", null],
  ["-3", "GBP", null],
  ["twelve", "GBP", null],
])("a sum typed as %j in %s is %j", (typed, currency, amount) => {
  expect(amountOf(typed, currency)).toBe(amount);
});

test.each([
  ["12", 12],
  [" ١٢ ", 12],
  ["۱۲", 12],
  ["１２", 12],
  ["٠", 0],
  ["100", null],
  ["١٠٠", null],
  ["1.5", null],
  ["-1", null],
  ["", null],
])("%s is %s of at most 99", (typed, number) => {
  expect(wholeOf(typed, 99)).toBe(number);
});
