/** What is held for who waited goes to the purchase of one browser, in the show in which they waited. */
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { Wait } from "../contract";
import HoldClock from "../elements/hold-clock.svelte";
import OrderSummary from "../elements/order-summary.svelte";
import ProductSheet from "../elements/product-sheet.svelte";
import { writeSignedIn } from "../shop/kept";
import { arabic, english } from "../testing/rendered";
import { htmlOf, show, storeOf, VASE, words } from "../testing/show";
import { hold, later, ok, pounds, refusal, standInShop, storage } from "../testing/shop";
import Action from "./action.svelte";
import Beside from "./beside.svelte";
import { buyHeld, takeHeld } from "./buying";
import Note from "./note.svelte";
import { openWaits } from "./parts";
import { Places } from "./places.svelte";
import Strip from "./strip.svelte";

const shop = standInShop();
const HELD = { hold_id: "hold_1", until: later() };
const offered: Wait = {
  id: "wait_1",
  show_id: "show_1",
  slug: "kiln",
  product_id: "vase",
  sku: "vase-moss",
  product: words("The vase", "المزهرية"),
  choice: words("Moss", "أخضر"),
  state: "offered",
  number: null,
  joined_at: "2026-11-28T10:00:00Z",
  held: HELD,
  log_url: "/api/v1/waiting-lists/wtl_1/log",
  record: 1,
};
const elsewhere: Wait = { ...offered, show_id: "show_2", slug: "other-show" };
const MOSS = [{ sku: "vase-moss", quantity: 1 }];
const MUG = [{ sku: "mug-only", quantity: 1 }];
const waited = (id: string) => ({ ...hold(id, MOSS, 5200), waited_s: 1800 });
const moss = VASE.variants[0]!;
let places: Places;

beforeEach(() => {
  storage();
  writeSignedIn(true);
  vi.stubGlobal("document", { visibilityState: "visible", documentElement: { lang: "en" } });
  vi.stubGlobal("history", { replaceState: vi.fn(), pushState: vi.fn(), state: null });
  vi.stubGlobal("window", { scrollTo: vi.fn() });
  vi.stubGlobal("HTMLElement", class {});
  places = new Places("/api/v1", "show_1");
});
afterEach(() => places.stop());

async function known(...waits: Wait[]): Promise<Places> {
  shop.answers = [ok({ waits })];
  await places.load();
  return places;
}

/** The store of a page that has other goods in its purchase. */
async function withMug() {
  const store = storeOf(show(), { stock: { "vase-moss": 0 } });
  shop.answers = [ok(hold("hold_2", MUG, 2000), 201)];
  await store.buying.reserve(MUG, pounds(2000));
  return store;
}

test("taking it is one request in the session's name, and it is no longer shown as held besides", async () => {
  const store = storeOf();
  await known(offered);
  shop.answers = [ok({ csrf: "c1" }), ok(waited("hold_9"))];

  await buyHeld(store, places, offered);

  expect(shop.asked.at(-1)).toMatchObject({
    method: "POST",
    path: "/api/v1/waits/wait_1/hold",
    csrf: "c1",
  });
  expect([store.view, store.buying.open?.id]).toEqual(["checkout", "hold_9"]);
  expect(places.list[0]?.held?.hold_id).toBe("hold_9");
  expect(htmlOf(Strip, store, { places })).not.toContain("<li");
});

test("what is in the purchase of this browser already is taken no second time", async () => {
  const store = storeOf();
  await known({ ...offered, held: { ...HELD, hold_id: "hold_9" } });
  store.buying.adopt(waited("hold_9"));
  const asked = shop.asked.length;

  await buyHeld(store, places, places.list[0]!);

  expect([store.view, shop.asked.length]).toEqual(["checkout", asked]);
});

test("the link of a mail opens the purchase without signing in, and is not found in the history", async () => {
  writeSignedIn(false);
  vi.stubGlobal("location", { hash: "#wait=T", pathname: "/s/kiln", search: "?lang=en" });
  const store = storeOf();
  shop.answers = [ok(offered), ok(waited("hold_9"))];

  const parts = await openWaits(store);
  parts.places.stop();

  expect(shop.asked.map(({ path, body, csrf }) => [path, body, csrf])).toEqual([
    ["/api/v1/waits/open", { token: "T" }, null],
    ["/api/v1/waits/hold", { token: "T" }, null],
  ]);
  expect(history.replaceState).toHaveBeenCalledWith(null, "", "/s/kiln?lang=en");
  expect([store.view, store.buying.open?.id]).toEqual(["checkout", "hold_9"]);
});

test("the mail of another show takes nothing to this one", async () => {
  vi.stubGlobal("location", { hash: "#wait=T", pathname: "/s/kiln", search: "?lang=en" });
  writeSignedIn(false);
  const store = storeOf();
  shop.answers = [ok(elsewhere)];

  const parts = await openWaits(store);
  parts.places.stop();

  expect(shop.asked.map(({ path }) => path)).toEqual(["/api/v1/waits/open"]);
  expect([store.view, store.buying.open]).toEqual(["shelf", null]);
});

test.each([
  ["the place is over", [refusal("wait_not_found", 404)]],
  ["what was held has run out", [ok(offered), refusal("wait_not_found", 404), refusal("x", 404)]],
])("where %s the link of a mail leads to the shelf, which says so", async (_, answers) => {
  vi.stubGlobal("location", { hash: "#wait=T", pathname: "/s/kiln", search: "?lang=en" });
  writeSignedIn(false);
  const store = storeOf();
  shop.answers = answers;

  const { places: found } = await openWaits(store);
  found.stop();

  expect([store.view, store.buying.open]).toEqual(["shelf", null]);
  expect(htmlOf(Strip, store, { places: found })).toContain("This place in line is over");
});

test("what the network kept back is held still, and the strip says why", async () => {
  const store = storeOf();
  await known(offered);
  shop.answers = [
    ok({ csrf: "c1" }),
    ...Array.from({ length: 3 }, () => refusal("busy", 503)),
    ok({ waits: [offered] }),
  ];

  await buyHeld(store, places, offered);

  expect([store.view, places.problem?.code, places.list]).toEqual(["show", "busy", [offered]]);
  expect(htmlOf(Strip, store, { places })).toContain(english.t("error.busy"));
});

test("what is over opens nothing, and the strip says so", async () => {
  const store = storeOf();
  await known(offered);
  shop.answers = [
    ok({ csrf: "c1" }),
    refusal("wait_not_found", 404),
    ok({ waits: [{ ...offered, state: "passed", held: null }] }),
  ];

  await buyHeld(store, places, offered);

  expect([store.view, store.buying.hold]).toEqual(["show", null]);
  const html = htmlOf(Strip, store, { places });
  expect(html).toContain("This place in line is over");
  expect(html).toContain("is no longer held for you");
});

test("goods whose time has run out are not opened instead", async () => {
  const store = await withMug();
  store.buying.expire();
  await known(offered);
  shop.answers = [ok({ csrf: "c1" }), refusal("wait_not_found", 404), ok({ waits: [] })];

  await buyHeld(store, places, offered);

  expect(store.view).toBe("show");
  expect(places.problem?.code).toBe("wait_not_found");
});

test.each([english, arabic])(
  "other goods are finished first, and their purchase says what is held besides, $lang",
  async (by) => {
    const store = await withMug();
    await known(offered);
    const asked = shop.asked.length;

    await buyHeld(store, places, offered);

    expect([store.view, store.buying.open?.id, shop.asked.length]).toEqual([
      "checkout",
      "hold_2",
      asked,
    ]);
    const other = storeOf(show(), {}, by);
    const choice = by.list([by.pick(offered.product), by.pick(offered.choice)], "comma");
    const html = htmlOf(Beside, other, { places });
    expect(html).toContain(by.t("wait.held", { choice, time: by.time(HELD.until) }));
    expect(html).toContain(by.t("wait.held_besides"));
    other.buying.clear();
    other.buying.adopt(waited("hold_1"));
    expect(htmlOf(Beside, other, { places })).not.toContain("notice");
  },
);

test("what is held in another show is bought there: another price, another currency", async () => {
  const store = storeOf(show(), { stock: { "vase-moss": 0 } });
  await known(elsewhere);

  const strip = htmlOf(Strip, store, { places });
  const action = htmlOf(Action, store, { places, product: VASE, variant: moss });
  const note = htmlOf(Note, store, { places, product: VASE, variant: moss, gone: true });

  for (const html of [strip, action]) {
    expect(html).toContain('href="/s/other-show?lang=en"');
    expect(html).not.toContain("Buy it now");
  }
  for (const html of [strip, note]) expect(html).toContain("You waited for it in another show");
  expect(places.offerOf("vase-moss")).toBeNull();
  store.waits = {
    places,
    take: () => takeHeld(store, places, elsewhere),
    Action,
    Beside,
    Note,
    Strip,
  };
  expect(store.forMe["vase-moss"]).toBe(0);
});

test("what is held for this viewer has not sold out for them", async () => {
  const store = storeOf(show(), { stock: { "vase-moss": 0 } });
  await known(offered);
  store.waits = {
    places,
    take: () => takeHeld(store, places, offered),
    Action,
    Beside,
    Note,
    Strip,
  };

  expect(store.forMe["vase-moss"]).toBe(1);
  store.buying.adopt(waited("hold_1"));
  expect(store.forMe["vase-moss"]).toBe(1);
});

test.each([english, arabic])(
  "nothing is added to it, and the sheet says what to do, $lang",
  (by) => {
    const store = storeOf(
      show(),
      { stock: { "vase-moss": 0, "vase-blush": 3, "mug-only": 5 } },
      by,
    );
    store.takesOrders = true;
    store.buying.adopt(waited("hold_1"));

    const summary = htmlOf(OrderSummary, store, {});
    const sheet = htmlOf(ProductSheet, store, {
      product: { ...VASE, pictures: [], variants: [VASE.variants[1]!] },
    });

    const { name } = VASE;
    expect(summary).toContain(by.pick(name));
    expect(summary).not.toContain(by.t("checkout.quantity_of", { name: by.pick(name) }));
    expect(sheet).toContain(by.t("hold.fixed"));
    expect(sheet).toContain(by.t("hold.fixed_text"));
    expect(sheet).toContain(`>${by.t("checkout.title")}</button>`);
  },
);

test("its clock counts from all of the time that it is held", () => {
  const store = storeOf();
  const ends = new Date(Date.now() + 900_000).toISOString();
  store.buying.adopt({ ...waited("hold_1"), expires_at: ends });

  expect(htmlOf(HoldClock, store, {})).toMatch(/stroke-dasharray: (50|49\.9\d*) 100/);
});
