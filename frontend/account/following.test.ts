import { beforeEach, expect, test, vi } from "vitest";
import { cookies, ok, refusal, standInShop } from "../testing/shop";
import { keptReminder } from "./claim";
import { Following, Stopping } from "./following.svelte";
import { Account } from "./session.svelte";

const shop = standInShop();
const HOST = { id: "cre_1", name: { en: "Lina", ar: "لينا" }, avatar_url: "" };
const SHOW = { id: "show_1", state: "scheduled", host: HOST, title: { en: "S", ar: "ع" } };
const NOTHING = { hosts: [], shows: [] };
const FOLLOWED = { hosts: [{ creator_id: "cre_1", name: HOST.name, next_show: null }], shows: [] };

beforeEach(() => {
  cookies();
  vi.stubGlobal("history", { replaceState: () => undefined });
});

test("a show waits while its viewer signs in by the link of a mail, in a page of its own", async () => {
  new Account("", { reminder: "show_1" });

  const opened = new Account("", { link: "L" });
  const following = new Following(opened);
  shop.answers = [ok(SHOW), ok(NOTHING), ok(null), ok(NOTHING)];
  await following.load();
  expect([following.coming, following.followed]).toEqual([true, false]);
  await following.remind();

  expect(shop.asked[2]).toMatchObject({ path: "/viewer/reminders/show_1", method: "PUT" });
  expect([following.done, opened.reminder, keptReminder()]).toEqual(["reminded", null, null]);
});

test("of a show that is over only its host can be followed, and only once", async () => {
  const account = new Account("", { reminder: "show_1" });
  const following = new Following(account);
  shop.answers = [ok({ ...SHOW, state: "ended" }), ok(NOTHING), ok(null), ok(FOLLOWED)];

  await following.load();
  await following.follow();

  expect(shop.asked[2]).toMatchObject({ path: "/viewer/follows/cre_1", method: "PUT" });
  expect([following.coming, following.followed, following.done]).toEqual([
    false,
    true,
    "following",
  ]);
});

test("a show that there is no more hides nothing and is not asked for again", async () => {
  const account = new Account("", { reminder: "show_1" });
  const following = new Following(account);
  shop.answers = [refusal("show_not_found", 404), ok(FOLLOWED)];

  expect(await following.load()).toBe(true);

  expect([following.wanted, following.show, following.problem]).toEqual([FOLLOWED, null, null]);
  expect([account.reminder, keptReminder()]).toEqual([null, null]);
});

test("whoever was refused leaves no show to the next person", () => {
  new Account("", { reminder: "show_1" });
  const account = new Account("");

  account.refuse();

  expect([account.reminder, keptReminder()]).toEqual([null, null]);
});

test("a link that is of no use any more says so", async () => {
  shop.answers = [refusal("reminder_not_found", 404), ok(null)];
  const stopping = new Stopping("", "T");

  await stopping.stop();
  expect([stopping.done, stopping.problem?.code]).toEqual([false, "reminder_not_found"]);
  await stopping.stop();
  expect([stopping.done, stopping.problem]).toEqual([true, null]);
});
