import { expect, test } from "vitest";
import { OrdersOfPayout } from "./orders-of-payout.svelte";

const money = (amount: number) => ({ amount, currency: "GBP" });
const line = (number: number) => ({
  order_id: `ord_${number}`,
  order_number: `LW-${number}`,
  amount: money(number),
});

test("orders are read part by part, and no part twice", async () => {
  const asked: string[] = [];
  const answers = [
    { amount: money(6), rest: money(-1), items: [line(1), line(2)], next_cursor: "ord_2" },
    { amount: money(6), rest: money(-1), items: [line(4)], next_cursor: null },
  ];
  const request = (path: string) => {
    asked.push(path);
    return Promise.resolve(answers[asked.length - 1]);
  };
  const orders = new OrdersOfPayout({ request } as never, "po_1");

  await Promise.all([orders.more(), orders.more()]);
  expect(orders.items?.length).toBe(2);
  await orders.more();
  await orders.more();

  expect(asked).toEqual([
    "/ledger/payouts/po_1/orders?limit=50",
    "/ledger/payouts/po_1/orders?limit=50&cursor=ord_2",
  ]);
  const sum = orders.items!.reduce((all, { amount }) => all + amount.amount, 0);
  expect(sum + orders.rest!.amount).toBe(6);
});

test("what cannot be read is said, and can be asked for again", async () => {
  let refuses = true;
  const request = () =>
    refuses
      ? Promise.reject(Object.assign(new Error(), { code: "payout_not_found", status: 404 }))
      : Promise.resolve({ amount: money(0), rest: money(0), items: [], next_cursor: null });
  const orders = new OrdersOfPayout({ request } as never, "po_1");

  await orders.more();
  expect([orders.problem === null, orders.items]).toEqual([false, null]);

  refuses = false;
  await orders.more();
  expect([orders.problem, orders.items]).toEqual([null, []]);
});
