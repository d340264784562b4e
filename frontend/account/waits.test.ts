import { beforeEach, expect, test, vi } from "vitest";
import { arabic, english, markup, textOf } from "../testing/rendered";
import { show, VASE, words } from "../testing/show";
import { readKept, writeKept } from "../shop/kept";
import { cookies, hold, later, ok, refusal, standInShop, storage } from "../testing/shop";
import type { Wait } from "../contract";
import { keptWait } from "./claim";
import { Account, leaveIn, waitIn } from "./session.svelte";
import { LeavingLine, OwnWaits } from "./waits.svelte";
import LeaveLine from "./leave-line.svelte";
import WaitsPart from "./waits-part.svelte";

const shop = standInShop();
const WANTED = "show_1 vase-moss";
const WAIT = {
  id: "wait_1",
  show_id: "show_1",
  slug: "kiln",
  product: words("The vase", "المزهرية"),
  choice: words("Moss", "أخضر"),
  state: "waiting",
  number: 2,
  held: null,
  log_url: "/api/v1/waiting-lists/wtl_1/log",
};

const HELD = { hold_id: "hold_1", until: later() };
const OFFERED = { ...WAIT, state: "offered", number: null, held: HELD };

/** In the purchase that this browser has begun. */
const heldHere = (id: string): void =>
  writeKept("show_1", {
    hold: hold(id, [{ sku: "vase-moss", quantity: 1 }], 5200),
    checkout: null,
    paid: false,
  });

beforeEach(() => {
  cookies();
  storage();
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
  shop.answers = [ok(OFFERED), ok(null, 204)];
  await leaving.load();
  expect(leaving.wait).toEqual(OFFERED);
  expect(leaving.done).toBe(false);

  await leaving.leave();

  expect(shop.asked[0]).toMatchObject({
    method: "POST",
    path: "/waits/open",
    body: { token: "T/1" },
  });
  expect(shop.asked[1]).toMatchObject({
    method: "POST",
    path: "/waits/leave",
    body: { token: "T/1" },
    csrf: null,
  });
  expect(leaving.done).toBe(true);
});

test.each(["by mail", "signed in"])(
  "what was given up is no longer held in this browser, %s",
  async (way) => {
    const leave = async () => {
      if (way === "by mail") {
        shop.answers = [ok(OFFERED), ok(null, 204)];
        return new LeavingLine("", "T").leave();
      }
      shop.answers = [ok(null, 204), ok({ waits: [] })];
      return new OwnWaits(new Account("")).leave(OFFERED as Wait);
    };
    heldHere("hold_2");
    expect(await leave()).toBe(true);
    expect(readKept("show_1")?.hold.id).toBe("hold_2");

    heldHere("hold_1");
    expect(await leave()).toBe(true);
    expect(readKept("show_1")).toBeNull();
  },
);

test("what is being paid for stays held", async () => {
  heldHere("hold_1");
  const leaving = new LeavingLine("", "T");
  shop.answers = [ok(OFFERED), refusal("wait_paying", 409)];

  expect(await leaving.leave()).toBe(false);

  expect([leaving.done, readKept("show_1")?.hold.id]).toEqual([false, "hold_1"]);
});

test("the page of a mail says what is given up, and offers nothing where the place is over", async () => {
  const leaving = new LeavingLine("", "T");
  shop.answers = [ok(OFFERED)];
  await leaving.load();
  expect(textOf(markup(LeaveLine, { leaving }))).toContain("The vase, Moss");

  const over = new LeavingLine("", "T");
  shop.answers = [refusal("wait_not_found", 404)];
  await over.load();
  const html = textOf(markup(LeaveLine, { leaving: over }));
  expect(html).toContain("This place in line is over");
  expect(markup(LeaveLine, { leaving: over })).not.toContain("<button");
});

test.each([english, arabic])("the account says for what its owner waits, $lang", async (by) => {
  const waits = new OwnWaits(new Account("", { wait: `show_1 ${VASE.variants[1]!.sku}` }));
  const other = { ...OFFERED, id: "wait_2" };
  shop.answers = [ok(show()), ok({ waits: [WAIT, other] })];
  await waits.load();

  const html = markup(WaitsPart, { waits }, { words: by });

  const choice = by.list([by.pick(WAIT.product), by.pick(WAIT.choice)], "comma");
  const text = textOf(html);
  expect(text).toContain(by.t("wait.joined", { number: by.number(2), choice }));
  expect(text).toContain(by.t("wait.held", { choice, time: by.time(HELD.until) }));
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
