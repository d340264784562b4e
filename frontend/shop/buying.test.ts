import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { Hold } from "../contract";
import { Buying, merge } from "./buying.svelte";
import { writeKept } from "./kept";

const pounds = (amount: number) => ({ amount, currency: "GBP" });
const hold = (id: string, lines: { sku: string; quantity: number }[], total: number): Hold => ({
  id,
  token: `${id}-token`,
  expires_at: new Date(Date.now() + 300_000).toISOString(),
  total: pounds(total),
  lines: lines.map((line) => ({
    ...line,
    unit_price: pounds(100),
    total: pounds(100 * line.quantity),
  })),
});
const later = () => new Date(Date.now() + 400_000).toISOString();
const details = {
  email: "s@example.com",
  admission: "ADULT.GB.1.mac",
  address: { name: "S", line1: "1", city: "L", postal_code: "N1", country: "GB" },
};

interface Request {
  method: string;
  path: string;
  body: Record<string, unknown> | null;
  key: string | null;
  token: string | null;
}
let asked: Request[];
let answers: (Response | Error)[];

beforeEach(() => {
  asked = [];
  answers = [];
  vi.useFakeTimers({ shouldAdvanceTime: true, advanceTimeDelta: 200 });
  vi.stubGlobal("fetch", (path: string, init: RequestInit) => {
    const headers = init.headers as Record<string, string>;
    asked.push({
      method: init.method!,
      path,
      body: init.body ? JSON.parse(init.body as string) : null,
      key: headers["Idempotency-Key"] ?? null,
      token: headers["Authorization"] ?? null,
    });
    const answer = answers.shift();
    return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer);
  });
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

const ok = (body: unknown, status = 200) =>
  new Response(status === 204 ? null : JSON.stringify(body), { status });
const refusal = (code: string, status = 409, more = {}) => ok({ code, status, ...more }, status);

test("a hold is asked for at the price on screen", async () => {
  const buying = new Buying("", "show_1");
  answers = [ok(hold("h1", [{ sku: "A", quantity: 1 }], 100), 201)];

  expect(await buying.reserve([{ sku: "A", quantity: 1 }], pounds(100))).toBe(true);

  expect(buying.hold?.id).toBe("h1");
  expect(asked[0]).toMatchObject({
    path: "/shows/show_1/holds",
    body: { lines: [{ sku: "A", quantity: 1 }], expected_total: pounds(100) },
  });
});

test("a refused hold holds nothing and says why", async () => {
  const buying = new Buying("", "show_1");
  answers = [refusal("sold_out", 409, { lines: [{ sku: "A", available: 0 }] })];

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
  answers = [ok(hold("h1", one, 100), 201), ok(hold("h1", both, 300))];
  await buying.reserve(one, pounds(100));

  expect(await buying.reserve([{ sku: "B", quantity: 2 }], pounds(200))).toBe(true);

  expect(asked[1]).toMatchObject({
    method: "PATCH",
    path: "/holds/h1",
    token: "Bearer h1-token",
    body: { lines: both, expected_total: pounds(300) },
  });
  expect(buying.hold?.lines).toHaveLength(2);
});

test("goods that have sold out cost nothing that is held", async () => {
  const buying = new Buying("", "show_1");
  answers = [ok(hold("h1", one, 100), 201), refusal("sold_out")];
  await buying.reserve(one, pounds(100));

  expect(await buying.reserve([{ sku: "B", quantity: 1 }], pounds(100))).toBe(false);

  expect([buying.hold?.id, buying.hold?.lines.length]).toEqual(["h1", 1]);
  expect(buying.problem?.code).toBe("sold_out");
  expect(asked.map(({ method }) => method)).toEqual(["POST", "PATCH"]);
});

test("a hold that the server has ended meanwhile is asked for anew with what was added", async () => {
  const buying = new Buying("", "show_1");
  answers = [
    ok(hold("h1", one, 100), 201),
    refusal("hold_expired"),
    ok(hold("h2", both, 300), 201),
  ];
  await buying.reserve(one, pounds(100));
  await buying.reserve([{ sku: "B", quantity: 2 }], pounds(200));

  expect(asked[2]).toMatchObject({ method: "POST", body: { lines: both } });
  expect([buying.hold?.id, buying.expired]).toEqual(["h2", false]);
});

test("a lost answer is asked for again under the same key, also by the person's second press", async () => {
  const buying = new Buying("", "show_1");
  const lost = new TypeError("network");
  answers = [lost, lost, lost, ok(hold("h1", [{ sku: "A", quantity: 1 }], 100), 201)];

  await buying.reserve([{ sku: "A", quantity: 1 }], pounds(100));
  expect(buying.problem?.code).toBe("unreachable");
  await buying.reserve([{ sku: "A", quantity: 1 }], pounds(100));

  expect(buying.hold?.id).toBe("h1");
  expect(new Set(asked.map(({ key }) => key)).size).toBe(1);
});

test("a declined payment keeps the hold and the checkout, a second card pays", async () => {
  const buying = new Buying("", "show_1");
  const expires_at = new Date(Date.now() + 400_000).toISOString();
  const checkout = { id: "co_1", hold_id: "h1", total: pounds(100), expires_at, status: "open" };
  answers = [
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
  expect(asked.map(({ path }) => path)).toEqual([
    "/shows/show_1/holds",
    "/checkouts",
    "/checkouts/co_1/pay",
    "/checkouts/co_1/pay",
  ]);
  expect(asked[3]?.token).toBe("Bearer h1-token");
  expect(buying.hold?.expires_at).toBe(expires_at);
});

test("a declined payment takes the extension back, also from the clock on screen", async () => {
  const buying = new Buying("", "show_1");
  const first = hold("h1", one, 100);
  const extended = ok({ id: "co_1", expires_at: later() }, 201);
  answers = [
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
  answers = [
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
  const before = asked.length;

  expect(await buying.reserve([{ sku: "B", quantity: 1 }], pounds(100))).toBe(false);
  await buying.release();

  expect(asked.length).toBe(before);
  expect(buying.hold?.id).toBe("h1");
});

test("a shop that stumbles while it is asked loses no purchase", async () => {
  const buying = await paying(pending());
  answers = [
    refusal("busy", 503),
    refusal("busy", 503),
    refusal("busy", 503),
    new Response("Bad Gateway", { status: 502 }),
    paid(),
  ];

  await vi.waitFor(() => expect(buying.payment).toBe("paid"), 20_000);

  expect(asked.at(-1)).toMatchObject({ method: "GET", path: "/checkouts/co_1" });
});

test("a purchase that the shop does not know is none", async () => {
  const buying = await paying(pending());
  answers = [refusal("checkout_not_found", 404)];

  await vi.waitFor(() => expect(buying.hold).toBeNull(), 5000);
});

test("when nobody knows whether money moved, the shop is asked until it is known", async () => {
  const silent = () => refusal("provider_unavailable", 503);
  const buying = new Buying("", "show_1");
  answers = [
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
    new Set(asked.filter(({ path }) => path.endsWith("/pay")).map(({ key }) => key)).size,
  ).toBe(1);

  await vi.waitFor(() => expect(buying).toMatchObject({ payment: "paid", problem: null }), 5000);
});

test("a hold that ended on the server ends here, with nothing charged", async () => {
  const buying = new Buying("", "show_1");
  answers = [ok(hold("h1", [{ sku: "A", quantity: 1 }], 100), 201), refusal("hold_expired")];
  await buying.reserve([{ sku: "A", quantity: 1 }], pounds(100));

  await buying.pay(details, { type: "test", number: "4242424242424242" }, pounds(100));

  expect(buying).toMatchObject({ expired: true, payment: "open" });
});

/** The browser's storage, shared by its tabs. */
function storage(): Map<string, string> {
  const kept = new Map<string, string>();
  const stub = {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => kept.set(key, value),
    removeItem: (key: string) => kept.delete(key),
  };
  vi.stubGlobal("localStorage", stub);
  vi.stubGlobal("sessionStorage", stub);
  return kept;
}

test("goods whose price changed are held again at the new price with the second press", async () => {
  const buying = new Buying("", "show_1");
  const line = { sku: "A", quantity: 1, unit_price: pounds(120), total: pounds(120) };
  answers = [
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

  expect(asked.map(({ body }) => body?.expected_total)).toEqual([
    pounds(100),
    pounds(100),
    pounds(120),
  ]);
  expect(buying.hold?.id).toBe("h2");
});

test("a reload in the middle of paying asks how far it has come, and another shows what was bought until it is put away", async () => {
  const kept = storage();
  const expires_at = later();
  const before = new Buying("", "show_1");
  answers = [
    ok(hold("h1", [{ sku: "A", quantity: 1 }], 100), 201),
    ok({ id: "co_1", expires_at }, 201),
    ok({ status: "needs_confirmation", orders: [], expires_at }),
  ];
  await before.reserve([{ sku: "A", quantity: 1 }], pounds(100));
  await before.pay(details, { type: "test", number: "4000002500003155" }, pounds(100));
  expect([...kept.values()].join()).not.toContain("example.com");

  const after = new Buying("", "show_1");
  answers = [ok({ status: "paid", orders: [{ id: "ord_1" }], expires_at })];
  await after.resume();

  expect(after).toMatchObject({ payment: "paid", orders: [{ id: "ord_1" }], recalled: false });
  expect(asked.at(-1)).toMatchObject({
    method: "GET",
    path: "/checkouts/co_1",
    token: "Bearer h1-token",
  });

  const again = new Buying("", "show_1");
  answers = [ok({ status: "paid", orders: [{ id: "ord_1" }], expires_at })];
  await again.resume();
  expect(again).toMatchObject({ payment: "paid", orders: [{ id: "ord_1" }], recalled: true });
  again.clear();
  expect(kept.size).toBe(0);
});

test("another tab sees the hold, and that it was given back", async () => {
  storage();
  const here = new Buying("", "show_1");
  const there = new Buying("", "show_1");
  answers = [ok(hold("h1", [{ sku: "A", quantity: 1 }], 100), 201), ok(null, 204)];

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
  answers = [ok(hold("h1", one, 100), 201), ok(hold("h1", both, 300))];
  await here.reserve(one, pounds(100));

  expect(await there.reserve([{ sku: "B", quantity: 2 }], pounds(200))).toBe(true);

  expect(asked.at(-1)).toMatchObject({
    method: "PATCH",
    path: "/holds/h1",
    token: "Bearer h1-token",
    body: { lines: both, expected_total: pounds(300) },
  });
});

test("a tab that was closed and opened again has the hold, and gives it back", async () => {
  const kept = storage();
  answers = [ok(hold("h1", one, 100), 201)];
  await new Buying("", "show_1").reserve(one, pounds(100));

  const reopened = new Buying("", "show_1");
  expect([reopened.open?.id, reopened.heldOf("A"), reopened.heldOf("B")]).toEqual(["h1", 1, 0]);
  answers = [ok(null, 204)];
  await reopened.release();

  expect(asked.at(-1)).toMatchObject({ method: "DELETE", token: "Bearer h1-token" });
  expect(kept.size).toBe(0);
});

test.each(["sold_out", "limit_reached", "network_limit_reached"])(
  "%s for more of what is held says whose the goods are",
  async (code) => {
    const buying = await holding();
    answers = [refusal(code, 409, code === "limit_reached" ? {} : { lines: [{ sku: "MUG" }] })];

    expect(await buying.reserve([{ sku: "MUG", quantity: 1 }], pounds(100))).toBe(false);

    expect(buying.problem?.code).toBe("already_held");
    expect([buying.hold?.id, buying.heldOf("MUG")]).toEqual(["one", 1]);
  },
);

test("a hold that another tab let run out is not taken over", async () => {
  storage();
  const late = { ...hold("h0", one, 100), expires_at: new Date(Date.now() - 1000).toISOString() };
  const here = new Buying("", "show_1");
  writeKept("show_1", { hold: late, checkout: null, paid: false });
  answers = [ok(hold("h1", one, 100), 201)];

  await here.reserve(one, pounds(100));

  expect(asked.map(({ method, path }) => `${method} ${path}`)).toEqual([
    "POST /shows/show_1/holds",
  ]);
});

test("back on the network, a payment whose answer got lost is asked about", async () => {
  storage();
  const buying = new Buying("", "show_1");
  const lost = new TypeError("network");
  answers = [
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

  answers = [ok({ status: "paid", orders: [{ id: "ord_1" }], expires_at: later() })];
  await buying.reconnected();

  expect(buying).toMatchObject({ payment: "paid", problem: null });
});

test("goods whose payment lost its answer neither run out nor go back before the shop has said how it stands", async () => {
  storage();
  const buying = new Buying("", "show_1");
  const lost = new TypeError("network");
  answers = [
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
  expect(asked.some(({ method }) => method === "DELETE")).toBe(false);

  answers = [ok({ status: "paid", orders: [{ id: "ord_1" }], expires_at: later() })];
  await vi.waitFor(() => expect(buying.payment).toBe("paid"), { timeout: 10_000 });
}, 20_000);

test("goods that another tab is paying for do not go back", async () => {
  const buying = await holding();
  answers = [refusal("payment_in_progress")];

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
  answers = [ok(hold("one", lines, total), 201)];
  await buying.reserve(lines, pounds(total));
  return buying;
}

test("a line's quantity changes on the same hold, at the price of the hold", async () => {
  const buying = await holding();
  answers = [ok(hold("one", [{ sku: "MUG", quantity: 3 }], 300))];
  await buying.change("MUG", 3);

  expect(asked.at(-1)).toMatchObject({
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
  answers = [ok(hold("one", [{ sku: "BAG", quantity: 2 }], 200))];
  await buying.change("MUG", 0);

  expect(asked.at(-1)?.body).toMatchObject({ lines: [{ sku: "BAG", quantity: 2 }] });
  expect(buying.hold?.lines.map(({ sku }) => sku)).toEqual(["BAG"]);
});

test("a checkout that is open stays the one that is paid after a change", async () => {
  const buying = await holding();
  const checkout = { id: "co_1", hold_id: "one", total: pounds(100), expires_at: later() };
  answers = [
    ok(checkout, 201),
    ok({ status: "declined", orders: [], expires_at: later() }),
    ok(hold("one", [{ sku: "MUG", quantity: 2 }], 200)),
    ok({ status: "paid", orders: [], expires_at: later() }),
  ];
  const card = { type: "test", number: "4000000000000002" } as const;
  await buying.pay(details, card, pounds(100));
  await buying.change("MUG", 2);
  await buying.pay(details, card, buying.hold!.total);

  expect(asked.at(-1)).toMatchObject({
    path: "/checkouts/co_1/pay",
    body: { expected_total: pounds(200) },
  });
  expect(buying.payment).toBe("paid");
});

test("taking off the last line gives everything back", async () => {
  const buying = await holding();
  answers = [ok(null, 204)];
  await buying.change("MUG", 0);

  expect(asked.at(-1)).toMatchObject({ method: "DELETE", path: "/holds/one" });
  expect(buying.hold).toBeNull();
});

test("a quantity that the shop refuses leaves the hold and its sum as they are", async () => {
  const buying = await holding();
  answers = [refusal("price_changed", 409, { total: pounds(999) })];
  await buying.change("MUG", 2);

  expect(buying.problem?.code).toBe("price_changed");
  expect([buying.hold?.id, buying.hold?.total]).toEqual(["one", pounds(100)]);
});

test("nothing is changed while the bank decides", async () => {
  const buying = await holding();
  buying.payment = "pending";
  await buying.change("MUG", 2);

  expect(asked).toHaveLength(1);
});
