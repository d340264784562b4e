import { beforeEach, expect, test, vi } from "vitest";
import { ok, standInShop, storage } from "../testing/shop";
import { keepClaim, keptClaim } from "./claim";
import { OwnOrders } from "./orders.svelte";
import { Account } from "./session.svelte";

const shop = standInShop();
const VIEWER = { id: "vwr_1", email: "sofia@example.com", csrf: "proof" };
const ORDER = { id: "ord_1", number: "LW-1", placed_at: "2026-11-01T10:00:00Z" };
const NOW = Date.parse("2026-11-26T10:00:00Z");

let kept: Map<string, string>;
beforeEach(() => (kept = storage()));

test("an order waits while its owner signs in by the link of a mail, in a page of its own", async () => {
  new Account("", { claim: "T" });

  const opened = new Account("", { link: "L" });
  expect([opened.step, opened.claim]).toEqual(["link", "T"]);
  shop.answers = [ok(VIEWER), ok(ORDER)];
  await opened.useLink();
  await new OwnOrders(opened).claim();

  expect(shop.asked[1]).toMatchObject({ path: "/viewer/orders", body: { token: "T" } });
  expect([opened.claim, kept.size]).toEqual([null, 0]);
});

test("the order of this page goes before one that waits", () => {
  keepClaim("OLD");
  expect(new Account("", { claim: "NEW" }).claim).toBe("NEW");
  expect(keptClaim()).toBe("NEW");
});

test("an order that is not wanted waits no more", () => {
  const account = new Account("", { claim: "T" });
  new OwnOrders(account).forgetClaim();

  expect([account.claim, new Account("").claim]).toEqual([null, null]);
});

test("who signs out leaves no order for the next person at this browser", async () => {
  const account = new Account("", { claim: "T" });
  shop.answers = [ok(VIEWER), ok(null, 204)];
  await account.resume();

  await account.signOut();

  expect([account.viewer, account.claim, kept.size]).toEqual([null, null, 0]);
});

test("an order waits an hour", () => {
  keepClaim("T", NOW);
  expect(keptClaim(NOW + 3_599_999)).toBe("T");

  expect(keptClaim(NOW + 3_600_000)).toBeNull();
  expect(kept.size).toBe(0);
});

test.each(["{", '"T"', '{"token":"T"}', '{"until":99999999999999}'])(
  "what somebody else left in its place (%s) is no order",
  (left) => {
    kept.set("showfloor.claim", left);
    expect(keptClaim(NOW)).toBeNull();
  },
);

test("without storage an order is known as long as the page lasts", () => {
  vi.stubGlobal("localStorage", {
    getItem: () => {
      throw new Error("denied");
    },
    setItem: () => {
      throw new Error("denied");
    },
  });

  expect(new Account("", { claim: "T" }).claim).toBe("T");
  expect(new Account("").claim).toBeNull();
});
