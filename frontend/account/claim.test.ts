import { beforeEach, expect, test, vi } from "vitest";
import { cookies, ok, refusal, standInShop } from "../testing/shop";
import { keepClaim, keptClaim } from "./claim";
import { OwnOrders } from "./orders.svelte";
import { Account } from "./session.svelte";

const shop = standInShop();
const VIEWER = { id: "vwr_1", email: "sofia@example.com", csrf: "proof" };
const ORDER = { id: "ord_1", number: "LW-1", placed_at: "2026-11-01T10:00:00Z" };

let kept: ReturnType<typeof cookies>;
beforeEach(() => {
  kept = cookies();
  vi.stubGlobal("history", { replaceState: () => undefined });
});

test("an order waits while its owner signs in by the link of a mail, in a page of its own", async () => {
  new Account("", { claim: "T" });

  const opened = new Account("", { link: "L" });
  expect([opened.step, opened.claim]).toEqual(["link", "T"]);
  shop.answers = [ok(VIEWER), ok(ORDER)];
  await opened.useLink();
  await new OwnOrders(opened).claim();

  expect(shop.asked[1]).toMatchObject({ path: "/viewer/orders", body: { token: "T" } });
  expect([opened.claim, keptClaim()]).toEqual([null, null]);
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

  expect([account.viewer, account.claim, keptClaim()]).toEqual([null, null, null]);
});

test("who is refused leaves no order for the next person, whoever says so", async () => {
  const [here, there] = [new Account("", { claim: "T" }), new Account("", { claim: "T" })];
  here.refuse();
  expect([here.claim, keptClaim()]).toEqual([null, null]);

  keepClaim("T");
  there.admit("a");
  shop.answers = [refusal("age_refused", 403)];
  await there.ask("sofia@example.com");

  expect([there.step, there.claim, keptClaim()]).toEqual(["refused", null, null]);
});

test("a page that opens as refused deletes what waits, and keeps nothing", () => {
  keepClaim("T");
  expect(new Account("", { refused: true }).claim).toBeNull();
  expect(keptClaim()).toBeNull();

  new Account("", { refused: true, claim: "NEW" });

  expect(keptClaim()).toBeNull();
});

test("an account that is erased leaves no order for the next person at this browser", () => {
  const account = new Account("", { claim: "T" });

  account.beErased({ token: "E" } as never);

  expect([account.claim, keptClaim()]).toEqual([null, null]);
});

test("an order waits an hour, in the cookie of this page alone", () => {
  keepClaim("a/T=");
  expect(keptClaim()).toBe("a/T=");
  expect(kept.get("showfloor_claim")?.written).toBe(
    "showfloor_claim=a%2FT%3D; Max-Age=3600; Path=/account; SameSite=Lax",
  );

  vi.setSystemTime(Date.now() + 3_600_000);

  expect(keptClaim()).toBeNull();
});

test("a site with https sends the order by https alone", () => {
  kept = cookies("https:");
  keepClaim("T");

  expect(kept.get("showfloor_claim")?.written).toMatch(/; Secure$/);
});

test.each(["", "%"])("what somebody else left in its place (%s) is no order", (left) => {
  document.cookie = `showfloor_claim=${left}`;
  expect(keptClaim()).toBeNull();
});

test("what an earlier version kept goes when the page opens", async () => {
  const removed: string[] = [];
  vi.stubGlobal("localStorage", { removeItem: (key: string) => removed.push(key) });
  vi.resetModules();

  await import("./claim");

  expect(removed).toEqual(["showfloor.claim"]);
});

test("without cookies an order is known as long as the page lasts", () => {
  vi.stubGlobal("document", {
    get cookie(): string {
      throw new Error("denied");
    },
    set cookie(_: string) {
      throw new Error("denied");
    },
  });

  expect(new Account("", { claim: "T" }).claim).toBe("T");
  expect(new Account("").claim).toBeNull();
});
