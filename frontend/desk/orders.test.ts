import { expect, test } from "vitest";
import { Refused } from "../api/client";
import { Orders } from "./orders.svelte";

const page = (number: string, next_cursor: string | null = null) => ({
  items: [{ id: number, number }],
  next_cursor,
});

/** A server whose answers come when the test says so. */
function server() {
  const asked: { path: string; answer: (with_: unknown) => void; refuse: () => void }[] = [];
  const request = <T>(path: string): Promise<T> =>
    new Promise<T>((resolve, reject) =>
      asked.push({
        path,
        answer: (value) => resolve(value as T),
        refuse: () => reject(new Refused({ code: "unreachable", status: 0 })),
      }),
    );
  return { asked, request };
}
const shown = (orders: Orders) => orders.items?.map(({ number }) => number);

test("what is to be sent comes first, and older ones follow", async () => {
  const api = server();
  const orders = new Orders(api);

  const first = orders.load();
  api.asked[0]!.answer(page("LW-1", "ord_1"));
  await first;
  const more = orders.load();
  api.asked[1]!.answer(page("LW-2"));
  await more;

  expect(api.asked.map(({ path }) => path)).toEqual([
    "/orders?limit=50&filter=to_send",
    "/orders?limit=50&filter=to_send&cursor=ord_1",
  ]);
  expect([shown(orders), orders.next]).toEqual([["LW-1", "LW-2"], null]);
});

test("what comes late for an earlier filter is not shown", async () => {
  const api = server();
  const orders = new Orders(api);

  const slow = orders.load();
  const chosen = orders.choose("late");
  api.asked[1]!.answer(page("LW-LATE"));
  api.asked[0]!.answer(page("LW-SLOW"));
  await Promise.all([slow, chosen]);

  expect(shown(orders)).toEqual(["LW-LATE"]);
});

test("words are looked for in all orders, and safe in an address", () => {
  const api = server();
  const orders = new Orders(api);

  void orders.search(" Layla & Co ");

  expect(api.asked[0]!.path).toBe("/orders?limit=50&filter=all&q=Layla+%26+Co");
});

test("the address of a page says filter and words", () => {
  const orders = new Orders(server(), "#filter=late&q=LW");

  expect([orders.filter, orders.words, orders.query]).toEqual(["late", "LW", "filter=late&q=LW"]);
  expect(new Orders(server(), "#filter=bogus").filter).toBe("to_send");
});

test("a list that cannot be had says so and can be asked for again", async () => {
  const api = server();
  const orders = new Orders(api);

  const failing = orders.load();
  api.asked[0]!.refuse();
  await failing;

  expect([orders.problem?.code, orders.busy]).toEqual(["unreachable", false]);
});

test("counts stand beside the filters", async () => {
  const api = server();
  const orders = new Orders(api);

  const counting = orders.count();
  api.asked[0]!.answer({ counts: { late: 2 } });
  await counting;

  expect(orders.counts?.late).toBe(2);
});

test("who goes to another filter and back sees each order once", async () => {
  const api = server();
  const orders = new Orders(api);

  const all = [orders.load(), orders.choose("late"), orders.choose("to_send")];
  api.asked[2]!.answer(page("LW-1"));
  api.asked[0]!.answer(page("LW-1"));
  api.asked[1]!.answer(page("LW-2"));
  await Promise.all(all);

  expect([shown(orders), orders.busy]).toEqual([["LW-1"], false]);
});
