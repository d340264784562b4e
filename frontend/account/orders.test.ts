import { afterEach, expect, test, vi } from "vitest";
import { OwnOrders } from "./orders.svelte";
import { Account, claimIn } from "./session.svelte";

const order = (number: string, placed_at: string) => ({ id: `ord_${number}`, number, placed_at });
const [OLD, NEW] = [order("A", "2026-11-01T10:00:00Z"), order("B", "2026-11-02T10:00:00Z")];

function server(...answers: [number, unknown][]) {
  const asked: { what: string; body: unknown }[] = [];
  vi.stubGlobal("fetch", (url: string, init: RequestInit) => {
    asked.push({
      what: `${init.method} ${url}`,
      body: init.body ? JSON.parse(init.body as string) : null,
    });
    const [status, body] = answers.shift() ?? [500, {}];
    return Promise.resolve(new Response(JSON.stringify(body), { status }));
  });
  return asked;
}

afterEach(() => vi.unstubAllGlobals());

test("an order is claimed with the token of its link, once, and stands at its place", async () => {
  const asked = server([200, { items: [NEW], next_cursor: null }], [200, OLD]);
  const account = new Account("", { claim: "T" });
  const orders = new OwnOrders(account);
  await orders.load();

  await orders.claim();

  expect(asked[1]).toEqual({ what: "POST /viewer/orders", body: { token: "T" } });
  expect(orders.items?.map(({ number }) => number)).toEqual(["B", "A"]);
  expect([account.claim, orders.claimed]).toEqual([null, "A"]);
});

test("what another account has is refused, and can be put aside", async () => {
  server([409, { code: "order_claimed" }]);
  const account = new Account("", { claim: "T" });
  const orders = new OwnOrders(account);

  await orders.claim();
  expect([orders.problem?.code, account.claim]).toEqual(["order_claimed", "T"]);

  orders.forgetClaim();
  expect([orders.problem, account.claim]).toEqual([null, null]);
});

test("older orders follow on the newer ones", async () => {
  const asked = server(
    [200, { items: [NEW], next_cursor: "c" }],
    [200, { items: [OLD], next_cursor: null }],
  );
  const orders = new OwnOrders(new Account(""));

  await orders.load();
  await orders.load();

  expect(asked[1]?.what).toBe("GET /viewer/orders?cursor=c");
  expect([orders.items?.length, orders.next]).toEqual([2, null]);
});

test("the order is read from behind the #", () => {
  expect(claimIn("#order=abc-_1")).toBe("abc-_1");
  expect(claimIn("#in=1")).toBeNull();
});
