import { expect, test } from "vitest";
import { hold, lost, ok, pounds, refusal, standInShop } from "../testing/shop";
import { Buying, merge } from "./buying.svelte";

const shop = standInShop();
const details = {
  email: "s@example.com",
  admission: "ADULT.GB.1.mac",
  address: { name: "S", line1: "1", city: "L", postal_code: "N1", country: "GB" },
};

test("a hold is asked for at the price on screen", async () => {
  const buying = new Buying("", "show_1");
  shop.answers = [ok(hold("h1", [{ sku: "A", quantity: 1 }], 100), 201)];

  expect(await buying.reserve([{ sku: "A", quantity: 1 }], pounds(100))).toBe(true);

  expect(buying.hold?.id).toBe("h1");
  expect(shop.asked[0]).toMatchObject({
    path: "/shows/show_1/holds",
    body: { lines: [{ sku: "A", quantity: 1 }], expected_total: pounds(100) },
  });
});

test("a refused hold holds nothing and says why", async () => {
  const buying = new Buying("", "show_1");
  shop.answers = [refusal("sold_out", 409, { lines: [{ sku: "A", available: 0 }] })];

  expect(await buying.reserve([{ sku: "A", quantity: 1 }], pounds(100))).toBe(false);

  expect(buying.hold).toBeNull();
  expect(buying.problem?.code).toBe("sold_out");
});

const one = [{ sku: "A", quantity: 1 }];
const both = [
  { sku: "A", quantity: 1 },
  { sku: "B", quantity: 2 },
];

test("more goods join what is held, on the same hold", async () => {
  const buying = new Buying("", "show_1");
  shop.answers = [ok(hold("h1", one, 100), 201), ok(hold("h1", both, 300))];
  await buying.reserve(one, pounds(100));

  expect(await buying.reserve([{ sku: "B", quantity: 2 }], pounds(200))).toBe(true);

  expect(shop.asked[1]).toMatchObject({
    method: "PATCH",
    path: "/holds/h1",
    token: "Bearer h1-token",
    body: { lines: both, expected_total: pounds(300) },
  });
  expect(buying.hold?.lines).toHaveLength(2);
});

test("goods that have sold out cost nothing that is held", async () => {
  const buying = new Buying("", "show_1");
  shop.answers = [ok(hold("h1", one, 100), 201), refusal("sold_out")];
  await buying.reserve(one, pounds(100));

  expect(await buying.reserve([{ sku: "B", quantity: 1 }], pounds(100))).toBe(false);

  expect([buying.hold?.id, buying.hold?.lines.length]).toEqual(["h1", 1]);
  expect(buying.problem?.code).toBe("sold_out");
  expect(shop.asked.map(({ method }) => method)).toEqual(["POST", "PATCH"]);
});

test("a hold that the server has ended meanwhile is asked for anew with what was added", async () => {
  const buying = new Buying("", "show_1");
  shop.answers = [
    ok(hold("h1", one, 100), 201),
    refusal("hold_expired"),
    ok(hold("h2", both, 300), 201),
  ];
  await buying.reserve(one, pounds(100));
  await buying.reserve([{ sku: "B", quantity: 2 }], pounds(200));

  expect(shop.asked[2]).toMatchObject({ method: "POST", body: { lines: both } });
  expect([buying.hold?.id, buying.expired]).toEqual(["h2", false]);
});

test("a lost answer is asked for again under the same key, also by the person's second press", async () => {
  const buying = new Buying("", "show_1");
  shop.answers = [lost, lost, lost, ok(hold("h1", [{ sku: "A", quantity: 1 }], 100), 201)];

  await buying.reserve([{ sku: "A", quantity: 1 }], pounds(100));
  expect(buying.problem?.code).toBe("unreachable");
  await buying.reserve([{ sku: "A", quantity: 1 }], pounds(100));

  expect(buying.hold?.id).toBe("h1");
  expect(new Set(shop.asked.map(({ key }) => key)).size).toBe(1);
});

test("a hold that ended on the server ends here, with nothing charged", async () => {
  const buying = new Buying("", "show_1");
  shop.answers = [ok(hold("h1", [{ sku: "A", quantity: 1 }], 100), 201), refusal("hold_expired")];
  await buying.reserve([{ sku: "A", quantity: 1 }], pounds(100));

  await buying.pay(details, { type: "test", number: "4242424242424242" }, pounds(100));

  expect(buying).toMatchObject({ expired: true, payment: "open" });
});

test("pieces of a drop are held again from that drop", async () => {
  const buying = new Buying("", "show_1");
  const ofDrop = (id: string) => ok({ ...hold(id, one, 100), drop_id: "drop_1" }, 201);
  shop.answers = [ofDrop("h1"), ofDrop("h2")];
  await buying.take("drop_1", one[0]!, pounds(100));
  buying.expire();

  expect(await buying.holdAgain()).toBe(true);

  expect(buying.hold?.id).toBe("h2");
  expect(shop.asked[1]!.body).toEqual({
    lines: one,
    expected_total: pounds(100),
    drop_id: "drop_1",
  });
});

test("goods whose price changed are held again at the new price with the second press", async () => {
  const buying = new Buying("", "show_1");
  const line = { sku: "A", quantity: 1, unit_price: pounds(120), total: pounds(120) };
  shop.answers = [
    ok(hold("h1", one, 100), 201),
    refusal("price_changed", 409, { lines: [line], total: pounds(120) }),
    ok({ ...hold("h2", one, 120), lines: [line] }, 201),
  ];
  await buying.reserve(one, pounds(100));
  buying.expire();

  expect(await buying.holdAgain()).toBe(false);
  expect(buying.problem?.code).toBe("price_changed");
  expect([buying.hold?.total.amount, buying.hold?.lines[0]?.total.amount]).toEqual([120, 120]);
  expect(await buying.holdAgain()).toBe(true);

  expect(shop.asked.map(({ body }) => body?.expected_total)).toEqual([
    pounds(100),
    pounds(100),
    pounds(120),
  ]);
  expect(buying.hold?.id).toBe("h2");
});

test.each(["sold_out", "limit_reached", "network_limit_reached"])(
  "%s for more of what is held says whose the goods are",
  async (code) => {
    const buying = await holding();
    shop.answers = [
      refusal(code, 409, code === "limit_reached" ? {} : { lines: [{ sku: "MUG" }] }),
    ];

    expect(await buying.reserve([{ sku: "MUG", quantity: 1 }], pounds(100))).toBe(false);

    expect(buying.problem?.code).toBe("already_held");
    expect([buying.hold?.id, buying.heldOf("MUG")]).toEqual(["one", 1]);
  },
);

test("goods that another tab is paying for do not go back", async () => {
  const buying = await holding();
  shop.answers = [refusal("payment_in_progress")];

  await buying.release();

  expect(buying).toMatchObject({ hold: { id: "one" }, problem: { code: "payment_in_progress" } });
});

test("both lists become one, a SKU once", () => {
  expect(
    merge(
      [{ sku: "A", quantity: 1 }],
      [
        { sku: "A", quantity: 2 },
        { sku: "B", quantity: 1 },
      ],
    ),
  ).toEqual([
    { sku: "A", quantity: 3 },
    { sku: "B", quantity: 1 },
  ]);
});

async function holding(lines = [{ sku: "MUG", quantity: 1 }]): Promise<Buying> {
  const total = lines.reduce((sum, { quantity }) => sum + 100 * quantity, 0);
  const buying = new Buying("", "show_1");
  shop.answers = [ok(hold("one", lines, total), 201)];
  await buying.reserve(lines, pounds(total));
  return buying;
}

test("a line's quantity changes on the same hold, at the price of the hold", async () => {
  const buying = await holding();
  shop.answers = [ok(hold("one", [{ sku: "MUG", quantity: 3 }], 300))];
  await buying.change("MUG", 3);

  expect(shop.asked.at(-1)).toMatchObject({
    method: "PATCH",
    path: "/holds/one",
    body: { lines: [{ sku: "MUG", quantity: 3 }], expected_total: pounds(300) },
  });
  expect(buying.hold?.total).toEqual(pounds(300));
});

test("a line that is taken off leaves the others", async () => {
  const buying = await holding([
    { sku: "MUG", quantity: 1 },
    { sku: "BAG", quantity: 2 },
  ]);
  shop.answers = [ok(hold("one", [{ sku: "BAG", quantity: 2 }], 200))];
  await buying.change("MUG", 0);

  expect(shop.asked.at(-1)?.body).toMatchObject({ lines: [{ sku: "BAG", quantity: 2 }] });
  expect(buying.hold?.lines.map(({ sku }) => sku)).toEqual(["BAG"]);
});

test("taking off the last line gives everything back", async () => {
  const buying = await holding();
  shop.answers = [ok(null, 204)];
  await buying.change("MUG", 0);

  expect(shop.asked.at(-1)).toMatchObject({ method: "DELETE", path: "/holds/one" });
  expect(buying.hold).toBeNull();
});

test("a quantity that the shop refuses leaves the hold and its sum as they are", async () => {
  const buying = await holding();
  shop.answers = [refusal("price_changed", 409, { total: pounds(999) })];
  await buying.change("MUG", 2);

  expect(buying.problem?.code).toBe("price_changed");
  expect([buying.hold?.id, buying.hold?.total]).toEqual(["one", pounds(100)]);
});

test("nothing is changed while the bank decides", async () => {
  const buying = await holding();
  buying.payment = "pending";
  await buying.change("MUG", 2);

  expect(shop.asked).toHaveLength(1);
});
