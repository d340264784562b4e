import { beforeEach, expect, test, vi } from "vitest";
import { arabic, english, markup, textOf } from "../testing/rendered";
import { show, VASE, words } from "../testing/show";
import { cookies, later, ok, refusal, standInShop } from "../testing/shop";
import { keptWait } from "./claim";
import { Account, leaveIn, waitIn } from "./session.svelte";
import { LeavingLine, OwnWaits } from "./waits.svelte";
import WaitsPart from "./waits-part.svelte";

const shop = standInShop();
const WANTED = "show_1 vase-moss";
const WAIT = {
  id: "wait_1",
  slug: "kiln",
  product: words("The vase", "المزهرية"),
  choice: words("Moss", "أخضر"),
  state: "waiting",
  number: 2,
  held: null,
  log_url: "/api/v1/waiting-lists/wtl_1/log",
};

beforeEach(() => {
  cookies();
  vi.stubGlobal("history", { replaceState: () => undefined });
});

test("links carry what is waited for, and what is given up", () => {
  expect(waitIn("#wait=show_1%20vase-moss")).toBe(WANTED);
  expect(leaveIn("#leave=T")).toBe("T");
  expect([waitIn("#in=L"), leaveIn("#wait=x")]).toEqual([null, null]);
});

test("what one came for waits through the sign-in, and is joined by a press", async () => {
  new Account("", { wait: WANTED });
  const opened = new Account("", { link: "L" });
  const waits = new OwnWaits(opened);
  shop.answers = [ok(show()), ok({ waits: [] }), ok(WAIT), ok({ waits: [WAIT] })];

  await waits.load();
  expect(waits.wished?.variant.sku).toBe("vase-moss");
  await waits.join();

  expect(shop.asked[2]).toMatchObject({
    path: "/shows/show_1/waits",
    method: "POST",
    body: { sku: "vase-moss" },
  });
  expect([waits.list, waits.wished, opened.wait, keptWait()]).toEqual([[WAIT], null, null, null]);
});

test.each([
  ["the show", refusal("show_not_found", 404)],
  ["the product", ok({ ...show(), products: [] })],
])("where %s is gone nothing is asked for again", async (_, answer) => {
  const account = new Account("", { wait: WANTED });
  const waits = new OwnWaits(account);
  shop.answers = [answer, ok({ waits: [WAIT] })];

  expect(await waits.load()).toBe(true);

  expect([waits.wished, waits.list, account.wait, keptWait()]).toEqual([null, [WAIT], null, null]);
});

test("whoever was refused leaves nothing to the next person", () => {
  new Account("", { wait: WANTED });

  new Account("", { refused: true });

  expect(keptWait()).toBeNull();
});

test("the reader of a mail gives the place up without signing in", async () => {
  const leaving = new LeavingLine("", "T/1");
  shop.answers = [ok(null, 204)];

  await leaving.leave();

  expect(shop.asked[0]).toMatchObject({ method: "POST", path: "/waits/leave/T%2F1", csrf: null });
  expect(leaving.done).toBe(true);
});

test.each([english, arabic])("the account says for what its owner waits, $lang", async (by) => {
  const waits = new OwnWaits(new Account("", { wait: `show_1 ${VASE.variants[1]!.sku}` }));
  const held = { hold_id: "hold_1", token: "t", until: later() };
  const other = { ...WAIT, id: "wait_2", state: "offered", number: null, held };
  shop.answers = [ok(show()), ok({ waits: [WAIT, other] })];
  await waits.load();

  const html = markup(WaitsPart, { waits }, { words: by });

  const choice = by.list([by.pick(WAIT.product), by.pick(WAIT.choice)], "comma");
  const text = textOf(html);
  expect(text).toContain(by.t("wait.joined", { number: by.number(2), choice }));
  expect(text).toContain(by.t("wait.held", { choice, time: by.time(held.until) }));
  expect(text).toContain(by.t("wait.ask"));
  expect(html).toContain(`/s/kiln?lang=${by.lang}`);
  for (const action of ["wait.open_show", "wait.buy", "wait.log", "wait.decline"] as const)
    expect(html).toContain(`aria-label="${by.t("wait.named", { action: by.t(action), choice })}"`);
});

test("an account that waits for nothing has no such part", async () => {
  const waits = new OwnWaits(new Account(""));
  shop.answers = [ok({ waits: [] })];
  await waits.load();

  expect(markup(WaitsPart, { waits })).not.toContain("<section");
});
