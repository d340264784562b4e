import { expect, test, vi } from "vitest";
import { hold, later, lost, ok, pounds, refusal, standInShop, storage } from "../testing/shop";
import { Buying } from "./buying.svelte";

const shop = standInShop();
const details = {
  email: "s@example.com",
  admission: "ADULT.GB.1.mac",
  address: { name: "S", line1: "1", city: "L", postal_code: "N1", country: "GB" },
};

const one = [{ sku: "A", quantity: 1 }];

async function holding(lines = [{ sku: "MUG", quantity: 1 }]): Promise<Buying> {
  const total = lines.reduce((sum, { quantity }) => sum + 100 * quantity, 0);
  const buying = new Buying("", "show_1");
  shop.answers = [ok(hold("one", lines, total), 201)];
  await buying.reserve(lines, pounds(total));
  return buying;
}

test("a declined payment keeps the hold and the checkout, a second card pays", async () => {
  const buying = new Buying("", "show_1");
  const expires_at = new Date(Date.now() + 400_000).toISOString();
  const checkout = { id: "co_1", hold_id: "h1", total: pounds(100), expires_at, status: "open" };
  shop.answers = [
    ok(hold("h1", [{ sku: "A", quantity: 1 }], 100), 201),
    ok(checkout, 201),
    ok({ status: "declined", orders: [], expires_at }),
    ok({ status: "paid", orders: [{ id: "ord_1" }], expires_at }),
  ];
  await buying.reserve([{ sku: "A", quantity: 1 }], pounds(100));

  await buying.pay(details, { type: "test", number: "4000000000000002" }, pounds(100));
  expect(buying.payment).toBe("declined");
  await buying.pay(details, { type: "test", number: "4242424242424242" }, pounds(100));

  expect(buying.payment).toBe("paid");
  expect(shop.asked.map(({ path }) => path)).toEqual([
    "/shows/show_1/holds",
    "/checkouts",
    "/checkouts/co_1/pay",
    "/checkouts/co_1/pay",
  ]);
  expect(shop.asked[3]?.token).toBe("Bearer h1-token");
  expect(buying.hold?.expires_at).toBe(expires_at);
});

test("a declined payment takes the extension back, also from the clock on screen", async () => {
  const buying = new Buying("", "show_1");
  const first = hold("h1", one, 100);
  const extended = ok({ id: "co_1", expires_at: later() }, 201);
  shop.answers = [
    ok(first, 201),
    extended,
    ok({ status: "declined", orders: [], expires_at: first.expires_at }),
  ];
  await buying.reserve(one, pounds(100));
  await buying.pay(details, { type: "test", number: "4000000000000002" }, pounds(100));

  expect([buying.payment, buying.hold?.expires_at]).toEqual(["declined", first.expires_at]);
  expect(buying.extended).toBe(false);
});

/** Up to a payment that the bank has. */
async function paying(answer: Response): Promise<Buying> {
  const buying = new Buying("", "show_1");
  shop.answers = [
    ok(hold("h1", [{ sku: "A", quantity: 1 }], 100), 201),
    ok({ id: "co_1", expires_at: later() }, 201),
    answer,
  ];
  await buying.reserve([{ sku: "A", quantity: 1 }], pounds(100));
  await buying.pay(details, { type: "test", number: "4000000000000077" }, pounds(100));
  return buying;
}
const pending = () => ok({ status: "pending", orders: [], expires_at: later() });
const paid = () => ok({ status: "paid", orders: [{ id: "ord_1" }], expires_at: later() });

test("while the bank decides nothing is added and nothing given back", async () => {
  const buying = await paying(pending());
  const before = shop.asked.length;

  expect(await buying.reserve([{ sku: "B", quantity: 1 }], pounds(100))).toBe(false);
  await buying.release();

  expect(shop.asked.length).toBe(before);
  expect(buying.hold?.id).toBe("h1");
});

test("a shop that stumbles while it is asked loses no purchase", async () => {
  const buying = await paying(pending());
  shop.answers = [
    refusal("busy", 503),
    refusal("busy", 503),
    refusal("busy", 503),
    new Response("Bad Gateway", { status: 502 }),
    paid(),
  ];

  await vi.waitFor(() => expect(buying.payment).toBe("paid"), 20_000);

  expect(shop.asked.at(-1)).toMatchObject({ method: "GET", path: "/checkouts/co_1" });
});

test("a purchase that the shop does not know is none", async () => {
  const buying = await paying(pending());
  shop.answers = [refusal("checkout_not_found", 404)];

  await vi.waitFor(() => expect(buying.hold).toBeNull(), 5000);
});

test("when nobody knows whether money moved, the shop is asked until it is known", async () => {
  const silent = () => refusal("provider_unavailable", 503);
  const buying = new Buying("", "show_1");
  shop.answers = [
    ok(hold("h1", [{ sku: "A", quantity: 1 }], 100), 201),
    ok({ id: "co_1", expires_at: later() }, 201),
    silent(),
    silent(),
    silent(),
    pending(),
    paid(),
  ];
  await buying.reserve([{ sku: "A", quantity: 1 }], pounds(100));

  await buying.pay(details, { type: "test", number: "4242424242424242" }, pounds(100));
  expect(
    new Set(shop.asked.filter(({ path }) => path.endsWith("/pay")).map(({ key }) => key)).size,
  ).toBe(1);

  await vi.waitFor(() => expect(buying).toMatchObject({ payment: "paid", problem: null }), 5000);
});

test("back on the network, a payment whose answer got lost is asked about", async () => {
  storage();
  const buying = new Buying("", "show_1");
  shop.answers = [
    ok(hold("h1", [{ sku: "A", quantity: 1 }], 100), 201),
    ok({ id: "co_1", expires_at: later() }, 201),
    lost,
    lost,
    lost,
  ];
  await buying.reserve([{ sku: "A", quantity: 1 }], pounds(100));
  await buying.pay(details, { type: "test", number: "4242424242424242" }, pounds(100));
  expect(buying).toMatchObject({
    payment: "open",
    problem: { code: "unreachable" },
    extended: true,
  });

  shop.answers = [ok({ status: "paid", orders: [{ id: "ord_1" }], expires_at: later() })];
  await buying.reconnected();

  expect(buying).toMatchObject({ payment: "paid", problem: null });
});

test("goods whose payment lost its answer neither run out nor go back before the shop has said how it stands", async () => {
  storage();
  const buying = new Buying("", "show_1");
  shop.answers = [
    ok(hold("h1", [{ sku: "A", quantity: 1 }], 100), 201),
    ok({ id: "co_1", expires_at: later() }, 201),
    lost,
    lost,
    lost,
  ];
  await buying.reserve([{ sku: "A", quantity: 1 }], pounds(100));
  await buying.pay(details, { type: "test", number: "4242424242424242" }, pounds(100));

  buying.expire();
  await buying.release();

  expect(buying).toMatchObject({ expired: false, hold: { id: "h1" } });
  expect(shop.asked.some(({ method }) => method === "DELETE")).toBe(false);

  shop.answers = [ok({ status: "paid", orders: [{ id: "ord_1" }], expires_at: later() })];
  await vi.waitFor(() => expect(buying.payment).toBe("paid"), { timeout: 10_000 });
}, 20_000);

test("a checkout that is open stays the one that is paid after a change", async () => {
  const buying = await holding();
  const checkout = { id: "co_1", hold_id: "one", total: pounds(100), expires_at: later() };
  shop.answers = [
    ok(checkout, 201),
    ok({ status: "declined", orders: [], expires_at: later() }),
    ok(hold("one", [{ sku: "MUG", quantity: 2 }], 200)),
    ok({ status: "paid", orders: [], expires_at: later() }),
  ];
  const card = { type: "test", number: "4000000000000002" } as const;
  await buying.pay(details, card, pounds(100));
  await buying.change("MUG", 2);
  await buying.pay(details, card, buying.hold!.total);

  expect(shop.asked.at(-1)).toMatchObject({
    path: "/checkouts/co_1/pay",
    body: { expected_total: pounds(200) },
  });
  expect(buying.payment).toBe("paid");
});
