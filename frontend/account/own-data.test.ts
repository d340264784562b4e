import { beforeEach, expect, test, vi } from "vitest";
import { ok, refusal, standInShop, storage } from "../testing/shop";
import { OwnDataRequests } from "./own-data.svelte";
import { Account } from "./session.svelte";

const shop = standInShop();
const VIEWER = { id: "vwr_1", email: "sofia@example.com", csrf: "proof" };
let addresses: string[];

beforeEach(() => {
  storage();
  addresses = [];
  vi.stubGlobal("location", { pathname: "/account", search: "?lang=ar" });
  vi.stubGlobal("history", {
    replaceState: (_state: unknown, _title: string, url: string) => addresses.push(url),
  });
});

async function signedIn(): Promise<{ account: Account; own: OwnDataRequests }> {
  const account = new Account("");
  shop.answers = [ok(VIEWER)];
  await account.resume();
  shop.asked.length = 0;
  return { account, own: new OwnDataRequests(account) };
}

test("what is asked says by when it is answered, and its form goes", async () => {
  const { own } = await signedIn();
  own.begin("correct");
  shop.answers = [ok({ due_at: "2026-12-26T10:00:00Z" }, 201)];

  expect(await own.ask("correct", "My name is Sofia")).toBe(true);

  expect(shop.asked[0]).toMatchObject({
    path: "/viewer/data-requests",
    body: { kind: "correct", text: "My name is Sofia" },
    csrf: "proof",
  });
  expect([own.due, own.asking]).toEqual(["2026-12-26T10:00:00Z", null]);
});

test("a question that was refused keeps its form and says why, until it is put away", async () => {
  const { own } = await signedIn();
  own.begin("object");
  shop.answers = [refusal("rate_limited", 429)];

  expect(await own.ask("object", "")).toBe(false);
  expect([own.asking, own.problem?.code, own.due]).toEqual(["object", "rate_limited", null]);

  own.cancel();
  expect([own.asking, own.problem]).toEqual([null, null]);
});

test("an erasure ends the session and stands in the page's address", async () => {
  const { account, own } = await signedIn();
  own.begin("erase");
  shop.answers = [ok({ token: "E", receipts: [], waiting: [] })];

  await own.erase();

  expect([account.viewer, account.erasure?.token]).toEqual([null, "E"]);
  expect(addresses).toEqual(["/account?lang=ar#erased=E"]);
});

test("an erasure that was refused leaves the account as it was", async () => {
  const { account, own } = await signedIn();
  own.begin("erase");
  shop.answers = [refusal("busy", 409)];

  expect(await own.erase()).toBe(false);

  expect([account.viewer?.id, account.erasure, own.asking]).toEqual(["vwr_1", null, "erase"]);
  expect(addresses).toEqual([]);
});
