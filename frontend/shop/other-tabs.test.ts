import { expect, test } from "vitest";
import { hold, later, ok, pounds, standInShop, storage } from "../testing/shop";
import { Buying } from "./buying.svelte";
import { writeKept } from "./kept";

const shop = standInShop();
const details = {
  email: "s@example.com",
  admission: "ADULT.GB.1.mac",
  address: { name: "S", line1: "1", city: "L", postal_code: "N1", country: "GB" },
};

const one = [{ sku: "A", quantity: 1 }];
const both = [
  { sku: "A", quantity: 1 },
  { sku: "B", quantity: 2 },
];

test("a reload in the middle of paying asks how far it has come, and another shows what was bought until it is put away", async () => {
  const kept = storage();
  const expires_at = later();
  const before = new Buying("", "show_1");
  shop.answers = [
    ok(hold("h1", [{ sku: "A", quantity: 1 }], 100), 201),
    ok({ id: "co_1", expires_at }, 201),
    ok({ status: "needs_confirmation", orders: [], expires_at }),
  ];
  await before.reserve([{ sku: "A", quantity: 1 }], pounds(100));
  await before.pay(details, { type: "test", number: "4000002500003155" }, pounds(100));
  expect([...kept.values()].join()).not.toContain("example.com");

  const after = new Buying("", "show_1");
  shop.answers = [ok({ status: "paid", orders: [{ id: "ord_1" }], expires_at })];
  await after.resume();

  expect(after).toMatchObject({ payment: "paid", orders: [{ id: "ord_1" }], recalled: false });
  expect(shop.asked.at(-1)).toMatchObject({
    method: "GET",
    path: "/checkouts/co_1",
    token: "Bearer h1-token",
  });

  const again = new Buying("", "show_1");
  shop.answers = [ok({ status: "paid", orders: [{ id: "ord_1" }], expires_at })];
  await again.resume();
  expect(again).toMatchObject({ payment: "paid", orders: [{ id: "ord_1" }], recalled: true });
  again.forgetPaid();
  expect([new Buying("", "show_1").hold, again.payment]).toEqual([null, "paid"]);
  again.clear();
  expect(kept.size).toBe(0);
});

test("another tab sees the hold, and that it was given back", async () => {
  storage();
  const here = new Buying("", "show_1");
  const there = new Buying("", "show_1");
  shop.answers = [ok(hold("h1", [{ sku: "A", quantity: 1 }], 100), 201), ok(null, 204)];

  await here.reserve([{ sku: "A", quantity: 1 }], pounds(100));
  await there.reloadKept();
  expect(there.open?.id).toBe("h1");

  await here.release();
  await there.reloadKept();
  expect(there.open).toBeNull();
});

test("a page that was not told of another tab's hold adds to it instead of competing with it", async () => {
  storage();
  const here = new Buying("", "show_1");
  const there = new Buying("", "show_1");
  shop.answers = [ok(hold("h1", one, 100), 201), ok(hold("h1", both, 300))];
  await here.reserve(one, pounds(100));

  expect(await there.reserve([{ sku: "B", quantity: 2 }], pounds(200))).toBe(true);

  expect(shop.asked.at(-1)).toMatchObject({
    method: "PATCH",
    path: "/holds/h1",
    token: "Bearer h1-token",
    body: { lines: both, expected_total: pounds(300) },
  });
});

test("a page that was not told what another tab added to the same hold keeps it", async () => {
  storage();
  const here = new Buying("", "show_1");
  const there = new Buying("", "show_1");
  const three = [...both, { sku: "C", quantity: 1 }];
  shop.answers = [
    ok(hold("h1", one, 100), 201),
    ok(hold("h1", both, 300)),
    ok(hold("h1", three, 400)),
  ];
  await here.reserve(one, pounds(100));
  await there.reloadKept();
  await here.reserve([{ sku: "B", quantity: 2 }], pounds(200));

  await there.reserve([{ sku: "C", quantity: 1 }], pounds(100));

  expect(shop.asked.at(-1)).toMatchObject({
    method: "PATCH",
    body: { lines: three, expected_total: pounds(400) },
  });
});

test("a tab that was closed and opened again has the hold, and gives it back", async () => {
  const kept = storage();
  shop.answers = [ok(hold("h1", one, 100), 201)];
  await new Buying("", "show_1").reserve(one, pounds(100));

  const reopened = new Buying("", "show_1");
  expect([reopened.open?.id, reopened.heldOf("A"), reopened.heldOf("B")]).toEqual(["h1", 1, 0]);
  shop.answers = [ok(null, 204)];
  await reopened.release();

  expect(shop.asked.at(-1)).toMatchObject({ method: "DELETE", token: "Bearer h1-token" });
  expect(kept.size).toBe(0);
});

test("a hold that another tab let run out is not taken over", async () => {
  storage();
  const late = { ...hold("h0", one, 100), expires_at: new Date(Date.now() - 1000).toISOString() };
  const here = new Buying("", "show_1");
  writeKept("show_1", { hold: late, checkout: null, paid: false });
  shop.answers = [ok(hold("h1", one, 100), 201)];

  await here.reserve(one, pounds(100));

  expect(shop.asked.map(({ method, path }) => `${method} ${path}`)).toEqual([
    "POST /shows/show_1/holds",
  ]);
});
