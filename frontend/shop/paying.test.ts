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
const [DECLINED, ASKS_THE_BANK, GOOD] = [
  "4000000000000002",
  "4000000000000077",
  "4242424242424242",
];

async function holding(lines = [{ sku: "MUG", quantity: 1 }]): Promise<Buying> {
  const total = lines.reduce((sum, { quantity }) => sum + 100 * quantity, 0);
  const buying = new Buying("", "show_1");
  shop.answers = [ok(hold("one", lines, total), 201)];
  await buying.reserve(lines, pounds(total));
  return buying;
}

const pay = (buying: Buying, number = GOOD) =>
  buying.pay(details, { type: "test", number: number! }, pounds(100));

/** Goods are held and their checkout is opened; `answers` are those to paying with this card, and
 *  to what follows. */
async function paying(
  number: string | undefined,
  ...answers: (Response | Error)[]
): Promise<Buying> {
  const buying = new Buying("", "show_1");
  const opened = ok({ id: "co_1", expires_at: later() }, 201);
  shop.answers = [ok(hold("h1", one, 100), 201), opened, ...answers];
  await buying.reserve(one, pounds(100));
  await pay(buying, number);
  return buying;
}
const declined = (expires_at = later(), payment_id = "pay_1") =>
  ok({ status: "declined", orders: [], expires_at, payment_id });
const pending = () => ok({ status: "pending", orders: [], expires_at: later() });
const paid = (expires_at = later()) =>
  ok({ status: "paid", orders: [{ id: "ord_1" }], expires_at });

test("a declined payment keeps the hold and the checkout, a second card pays", async () => {
  const expires_at = later();
  const buying = await paying(DECLINED, declined(expires_at), paid(expires_at));
  expect(buying.payment).toBe("declined");

  await pay(buying);

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
  const before = new Date(Date.now() + 300_000).toISOString();
  const buying = await paying(DECLINED, declined(before));

  expect([buying.payment, buying.hold?.expires_at]).toEqual(["declined", before]);
  expect(buying.extended).toBe(false);
});

test("while the bank decides nothing is added and nothing given back", async () => {
  const buying = await paying(ASKS_THE_BANK, pending());
  const before = shop.asked.length;

  expect(await buying.reserve([{ sku: "B", quantity: 1 }], pounds(100))).toBe(false);
  await buying.release();

  expect(shop.asked.length).toBe(before);
  expect(buying.hold?.id).toBe("h1");
});

test("a shop that stumbles while it is asked loses no purchase", async () => {
  const buying = await paying(ASKS_THE_BANK, pending());
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
  const buying = await paying(ASKS_THE_BANK, pending());
  shop.answers = [refusal("checkout_not_found", 404)];

  await vi.waitFor(() => expect(buying.hold).toBeNull(), 5000);
});

test("when nobody knows whether money moved, the shop is asked until it is known", async () => {
  const silent = () => refusal("provider_unavailable", 503);
  const buying = await paying(GOOD, silent(), silent(), silent(), pending(), paid());

  expect(
    new Set(shop.asked.filter(({ path }) => path.endsWith("/pay")).map(({ key }) => key)).size,
  ).toBe(1);

  await vi.waitFor(() => expect(buying).toMatchObject({ payment: "paid", problem: null }), 5000);
});

test("back on the network, a payment whose answer got lost is asked about", async () => {
  storage();
  const buying = await paying(GOOD, lost, lost, lost);
  expect(buying).toMatchObject({
    payment: "open",
    problem: { code: "unreachable" },
    extended: true,
  });

  shop.answers = [paid()];
  await buying.reconnected();

  expect(buying).toMatchObject({ payment: "paid", problem: null });
});

test.each([
  ["that never came is not declined", "pay_1", "open"],
  ["that came is", "pay_2", "declined"],
])("after a card that was declined, another %s", async (_, payment_id, payment) => {
  storage();
  const buying = await paying(DECLINED, declined());
  shop.answers = [lost, lost, lost, lost];
  await pay(buying);
  expect(buying.problem?.code).toBe("unreachable");

  // The page asks when the network is back, and what it asked in vain meanwhile is asked again.
  const second = new Date(Date.now() + 77_000).toISOString();
  shop.answers = [declined(later(), payment_id), declined(second, payment_id)];
  await buying.reconnected();
  await vi.waitFor(() => expect(buying.hold?.expires_at).toBe(second), 20_000);

  expect(buying).toMatchObject({ payment, problem: null });
});

test("what the shop did not answer stays said when a declined card is all that it knows of", async () => {
  const buying = await paying(DECLINED, declined());
  shop.answers = [refusal("busy", 502), refusal("busy", 502), refusal("busy", 502)];
  shop.answers.push(declined());
  await pay(buying);

  await vi.waitFor(() => expect(buying.payment).toBe("open"), 5000);
  expect(buying.problem?.code).toBe("busy");
});

test("a bank that declines the payment that it asked about is said, though an answer was lost", async () => {
  storage();
  const asks = {
    status: "needs_confirmation",
    orders: [],
    expires_at: later(),
    payment_id: "pay_1",
  };
  const buying = await paying(ASKS_THE_BANK, ok(asks));
  shop.answers = [lost, lost, lost, lost];
  await buying.confirm();

  shop.answers = [declined(later(), "pay_1")];
  await buying.reconnected();

  expect(buying).toMatchObject({ payment: "declined", problem: null });
});

test("goods whose payment lost its answer neither run out nor go back before the shop has said how it stands", async () => {
  storage();
  const buying = await paying(GOOD, lost, lost, lost);

  buying.expire();
  await buying.release();

  expect(buying).toMatchObject({ expired: false, hold: { id: "h1" } });
  expect(shop.asked.some(({ method }) => method === "DELETE")).toBe(false);

  shop.answers = [paid()];
  await vi.waitFor(() => expect(buying.payment).toBe("paid"), { timeout: 10_000 });
}, 20_000);

test("a checkout that is open stays the one that is paid after a change", async () => {
  const buying = await holding();
  const checkout = { id: "co_1", hold_id: "one", total: pounds(100), expires_at: later() };
  shop.answers = [
    ok(checkout, 201),
    declined(),
    ok(hold("one", [{ sku: "MUG", quantity: 2 }], 200)),
    paid(),
  ];
  const card = { type: "test", number: DECLINED! } as const;
  await buying.pay(details, card, pounds(100));
  await buying.change("MUG", 2);
  await buying.pay(details, card, buying.hold!.total);

  expect(shop.asked.at(-1)).toMatchObject({
    path: "/checkouts/co_1/pay",
    body: { expected_total: pounds(200) },
  });
  expect(buying.payment).toBe("paid");
});
