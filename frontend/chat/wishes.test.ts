/** What the own messages want: held once, asked about where it is not clear, and never without the
 *  shop. */
import { beforeEach, expect, test, vi } from "vitest";
import type { Wish } from "../contract";
import ProductSheet from "../elements/product-sheet.svelte";
import type { Language } from "../i18n/i18n";
import type { ShowPageData } from "../page";
import { Buying } from "../shop/buying.svelte";
import { arabic, english, namesIn } from "../testing/rendered";
import {
  htmlOf,
  MUG as MUG_SOLD,
  pin,
  room,
  said,
  show,
  storeOf,
  VASE as VASE_SOLD,
} from "../testing/show";
import { hold, lost, ok, pounds, refusal, standInShop, storage } from "../testing/shop";
import Say from "./say.svelte";
import { Talk } from "./talk.svelte";
import WishCard from "./wish-card.svelte";
import { Wishes } from "./wishes.svelte";

const shop = standInShop();
const MUG: Wish = {
  key: "KEY_1",
  item_number: 1,
  product_id: "mug",
  sku: "mug-only",
  skus: ["mug-only"],
  quantity: 2,
};
const VASE: Wish = {
  key: "KEY_V",
  item_number: 2,
  product_id: "vase",
  sku: null,
  skus: ["vase-moss", "vase-blush"],
  quantity: 1,
};
const HELD = [{ sku: "mug-only", quantity: 2 }];

beforeEach(() => {
  storage();
  vi.stubGlobal("history", { pushState: () => undefined, back: () => undefined });
  vi.stubGlobal("document", {
    activeElement: null,
    querySelector: () => null,
    documentElement: { lang: "en" },
  });
  vi.stubGlobal("HTMLElement", class {});
  vi.stubGlobal("window", { scrollTo: () => undefined });
});

function wishesOf(words: Language = english, page: Partial<ShowPageData> = {}) {
  const store = storeOf(show(), page, words);
  const talk = new Talk(store);
  talk.wishes = new Wishes(store);
  return { store, talk, wishes: talk.wishes };
}
const settled = (wishes: Wishes) => vi.waitFor(() => expect(wishes.now?.step).not.toBe("holding"));
const posts = () => shop.asked.filter(({ method }) => method === "POST");

test("a clear wish is held under the key of its message, at the price on screen", async () => {
  const { store, wishes } = wishesOf();
  shop.answers = [ok(hold("h1", HELD, 2000), 201)];

  wishes.heard(MUG);
  expect(wishes.now?.step).toBe("holding");
  await settled(wishes);

  expect(wishes.now?.step).toBe("held");
  expect(posts()).toMatchObject([
    {
      path: "/api/v1/shows/show_1/holds",
      key: "KEY_1",
      body: { lines: HELD, expected_total: { amount: 4000, currency: "GBP" }, deliver_to: "GB" },
    },
  ]);
  expect(store.buying.open?.id).toBe("h1");
});

test("a second wish for what is held holds nothing more", async () => {
  const { store, wishes } = wishesOf();
  shop.answers = [ok(hold("h1", HELD, 2000), 201)];
  wishes.heard(MUG);
  await settled(wishes);

  wishes.heard({ ...MUG, key: "KEY_2" });

  expect(wishes.now?.step).toBe("yours");
  expect(shop.asked).toHaveLength(1);
  expect(store.buying.open?.lines).toEqual(hold("h1", HELD, 2000).lines);
});

test("what was given back is no longer said to be held", async () => {
  const { store, wishes } = wishesOf();
  shop.answers = [ok(hold("h1", HELD, 2000), 201), ok(null, 204)];
  wishes.heard(MUG);
  await settled(wishes);
  expect(wishes.now?.step).toBe("held");

  await store.buying.release();

  expect(wishes.now).toBeNull();
});

const MOSS = { sku: "vase-moss", quantity: 1 };

test("what was given back is not said to be held when other goods are", async () => {
  const { store, wishes } = wishesOf();
  shop.answers = [
    ok(hold("h1", HELD, 2000), 201),
    ok(null, 204),
    ok(hold("h2", [MOSS], 5200), 201),
  ];
  wishes.heard(MUG);
  await settled(wishes);

  await store.buying.release();
  await store.buying.reserve([MOSS], pounds(5200));

  expect([store.buying.open?.id, wishes.now]).toEqual(["h2", null]);
});

test("what is held says how many, and what was taken out at the checkout no more", async () => {
  const { store, wishes } = wishesOf();
  shop.answers = [
    ok(hold("h1", [MOSS], 5200), 201),
    ok(hold("h1", [MOSS, ...HELD], 9200)),
    ok(hold("h1", [MOSS, { sku: "mug-only", quantity: 1 }], 7200)),
    ok(hold("h1", [MOSS], 5200)),
  ];
  await store.buying.reserve([MOSS], pounds(5200));
  wishes.heard(MUG);
  await settled(wishes);
  expect(wishes.now).toMatchObject({ step: "held", quantity: 2 });

  await store.buying.change("mug-only", 1);
  expect(wishes.now).toMatchObject({ step: "held", quantity: 1 });
  await store.buying.change("mug-only", 0);

  expect([store.buying.open?.id, wishes.now]).toEqual(["h1", null]);
});

test("while a payment is under way the sheet says so, and nothing is said to be held", async () => {
  const { store, wishes } = wishesOf();
  shop.answers = [ok(hold("h1", [MOSS], 5200), 201)];
  await store.buying.reserve([MOSS], pounds(5200));
  store.buying.payment = "needs_confirmation";

  wishes.heard(MUG);

  expect([wishes.now, store.view, store.product?.id]).toEqual([null, "product", "mug"]);
  expect(store.preset).toEqual({ sku: "mug-only", quantity: 2 });
  expect(said(ProductSheet, store, { product: store.product! })).toContain(
    english.t("product.finish_payment"),
  );
  expect(shop.asked).toHaveLength(1);
});

test("what is being paid for is said to be held, with as many as are", async () => {
  const { store, wishes } = wishesOf();
  shop.answers = [ok(hold("h1", [MOSS], 5200), 201)];
  await store.buying.reserve([MOSS], pounds(5200));
  store.buying.payment = "pending";

  wishes.heard({ ...VASE, sku: "vase-moss", skus: ["vase-moss"], quantity: 3 });

  expect(wishes.now).toMatchObject({ step: "yours", quantity: 1 });
  expect(shop.asked).toHaveLength(1);
});

test("goods of another product are not said to be held because the last ones are", async () => {
  const { store, wishes } = wishesOf();
  const lines = [{ sku: "vase-moss", available: 0 }];
  shop.answers = [ok(hold("h1", [MOSS], 5200), 201), refusal("sold_out", 409, { lines })];
  await store.buying.reserve([MOSS], pounds(5200));

  wishes.heard(MUG);
  await settled(wishes);

  expect([store.buying.problem?.code, wishes.now?.step]).toEqual(["already_held", "refused"]);
});

test.each([
  ["a hold of its own", [HELD]],
  ["more of the same hold", [[MOSS], [MOSS, ...HELD]]],
])("what another tab holds is not held again by a page that was not told: %s", async (_, steps) => {
  const { store, wishes } = wishesOf();
  const there = new Buying("/api/v1", "show_1");
  for (const [at, lines] of steps.entries()) {
    shop.answers = [ok(hold("h1", lines, 5200), at ? 200 : 201)];
    await there.reserve([lines.at(-1)!], pounds(5200));
    // The page saw the beginning, and was suspended then.
    if (at < steps.length - 1) await store.followTabs();
  }
  const asked = shop.asked.length;
  expect(store.buying.heldOf("mug-only")).toBe(0);

  wishes.heard({ ...MUG, quantity: 1 });

  expect(wishes.now).toMatchObject({ step: "yours", quantity: 2 });
  expect(shop.asked).toHaveLength(asked);
});

test("of a size that is gone the question says so, and takes no press", () => {
  const { store, wishes } = wishesOf(english, { stock: { "vase-moss": 0, "vase-blush": 3 } });
  wishes.heard(VASE);

  expect(said(WishCard, store, { wishes })).toContain(`moss · ${english.t("product.sold_out")}`);
  expect(htmlOf(WishCard, store, { wishes }).match(/ disabled/g)).toHaveLength(1);
});

test.each([english, arabic])(
  "a question of which nothing is left leads to the sheet, $lang",
  (words) => {
    const { store, wishes } = wishesOf(words, {
      stock: { "vase-moss": 0, "vase-blush": 0, "mug-only": 0 },
    });
    wishes.heard(VASE);
    expect(htmlOf(WishCard, store, { wishes }).match(/ disabled/g)).toHaveLength(2);
    expect(said(WishCard, store, { wishes })).toContain(words.t("product.choose"));

    wishes.heard({ ...MUG, sku: null });
    const one = said(WishCard, store, { wishes });
    expect(one).toContain(words.t("product.sold_out"));
    expect(one).not.toContain(words.t("chat.wish_hold"));
    expect(one).toContain(words.t("product.choose"));

    wishes.openSheet();
    expect([store.view, store.product?.id]).toEqual(["product", "mug"]);
  },
);

test("what this buyer holds the last of is not said to be gone", async () => {
  const { store, wishes } = wishesOf(english, { stock: { "vase-moss": 0, "vase-blush": 0 } });
  shop.answers = [ok(hold("h1", [MOSS], 5200), 201)];
  await store.buying.reserve([MOSS], pounds(5200));

  wishes.heard(VASE);
  expect(htmlOf(WishCard, store, { wishes }).match(/ disabled/g)).toHaveLength(1);
  await wishes.hold("vase-moss");

  expect(wishes.now?.step).toBe("yours");
});

test("the sheet opens on a size that is left, where nobody named one", () => {
  const { store, wishes } = wishesOf(english, { stock: { "vase-moss": 0, "vase-blush": 3 } });
  store.takesOrders = false;

  wishes.heard(VASE);

  expect(store.preset).toEqual({ sku: "vase-blush", quantity: 1 });
});

test("the sheet opens on the size that was named, also where it is gone", () => {
  const { store, wishes } = wishesOf(english, { stock: { "vase-moss": 0, "vase-blush": 3 } });
  store.takesOrders = false;

  wishes.heard({ ...VASE, sku: "vase-moss", skus: ["vase-moss"] });

  expect(store.preset).toEqual({ sku: "vase-moss", quantity: 1 });
});

test("an answer that got lost is asked for again under the same key", async () => {
  const { wishes } = wishesOf();
  shop.answers = [lost, ok(hold("h1", HELD, 2000), 201)];
  wishes.heard(MUG);
  await settled(wishes);

  expect(wishes.now?.step).toBe("held");
  expect(posts().map(({ key }) => key)).toEqual(["KEY_1", "KEY_1"]);
});

test("a message that is written again after three lost answers holds nothing twice", async () => {
  const { store, wishes } = wishesOf();
  shop.answers = [lost, lost, lost, ok(hold("h1", HELD, 2000), 201)];
  wishes.heard(MUG);
  await settled(wishes);
  expect([wishes.now?.step, store.buying.problem?.code]).toEqual(["refused", "unreachable"]);

  wishes.heard({ ...MUG, key: "KEY_2" });
  await settled(wishes);

  expect(wishes.now?.step).toBe("held");
  expect(posts().map(({ key }) => key)).toEqual(["KEY_1", "KEY_1", "KEY_1", "KEY_1"]);
});

test("a message after an answer that came has its own key", async () => {
  const { wishes } = wishesOf();
  shop.answers = [refusal("sold_out"), ok(hold("h1", HELD, 2000), 201)];
  wishes.heard(MUG);
  await settled(wishes);

  wishes.heard({ ...MUG, key: "KEY_2" });
  await settled(wishes);

  expect(posts().map(({ key }) => key)).toEqual(["KEY_1", "KEY_2"]);
});

test("what is not clear is asked, and nothing is held before an answer", async () => {
  const { wishes } = wishesOf();
  wishes.heard(VASE);
  expect([wishes.now?.step, shop.asked.length]).toEqual(["asking", 0]);

  shop.answers = [ok(hold("h1", [{ sku: "vase-blush", quantity: 1 }], 4800), 201)];
  await wishes.hold("vase-blush");

  expect([wishes.now?.step, wishes.now?.skus]).toEqual(["held", ["vase-blush"]]);
});

test("a refusal says why and leads to the sheet with the same choice", async () => {
  const { store, wishes } = wishesOf();
  shop.answers = [refusal("sold_out", 409, { lines: [{ sku: "mug-only", available: 0 }] })];
  wishes.heard(MUG);
  await settled(wishes);
  expect(said(WishCard, store, { wishes })).toContain(english.t("error.sold_out"));

  wishes.openSheet();

  expect([store.view, store.product?.id]).toEqual(["product", "mug"]);
  expect(store.preset).toEqual({ sku: "mug-only", quantity: 2 });
  expect(wishes.now).toBeNull();
});

test("where nothing can be ordered the sheet opens, and says so", () => {
  const { store, wishes } = wishesOf();
  store.takesOrders = false;

  wishes.heard(MUG);

  expect([store.view, shop.asked.length]).toEqual(["product", 0]);
});

test.each([english, arabic])("a number that no product has is said, $lang", (words) => {
  const { store, wishes } = wishesOf(words);
  wishes.heard({ ...MUG, item_number: 77, product_id: null, sku: null, skus: [] });

  expect(said(WishCard, store, { wishes })).toContain(
    words.t("chat.item_unknown", { number: "77" }),
  );
  expect(shop.asked).toEqual([]);
});

test.each([english, arabic])("a question has a button for each answer, $lang", (words) => {
  const { store, wishes } = wishesOf(words);
  wishes.heard(VASE);

  const text = said(WishCard, store, { wishes });
  expect(text).toContain(words.pick({ en: "moss", ar: "«moss»" }));
  expect(text).toContain(words.pick({ en: "blush", ar: "«blush»" }));
  expect(text).toContain(words.t("chat.wish_private"));
  expect(namesIn(htmlOf(WishCard, store, { wishes }))).toEqual([words.t("chat.not_now")]);
});

test.each([english, arabic])(
  "what is held says what, how long and where to pay, $lang",
  async (words) => {
    const { store, wishes } = wishesOf(words);
    shop.answers = [ok(hold("h1", HELD, 2000), 201)];
    wishes.heard(MUG);
    await settled(wishes);

    const text = said(WishCard, store, { wishes });
    expect(text).toContain(words.t("hold.held"));
    expect(text).toContain(words.t("hold.check_out_short"));
    expect(text).toMatch(/\d:\d\d/);
  },
);

test.each([english, arabic])("the field says how to buy by comment, $lang", (words) => {
  const { store, talk } = wishesOf(words);
  const hint = () => / placeholder="([^"]*)"/.exec(htmlOf(Say, store, { talk, field: null }))?.[1];
  const goods = { "product/mug": MUG_SOLD, "product/vase": VASE_SOLD };
  const chat = { slow_s: 0, emoji_only: false, buyers_only: false, closed: false };
  const by = (number: number) => words.t("chat.placeholder_buy", { number: String(number) });
  expect(hint()).toBe(by(1));

  const shown = { "cue/1": pin("1", "vase", "2026-11-26T10:00:00Z") };
  store.roomChanged(room({ ...goods, ...shown, chat: { ...chat, buy_by_comment: true } }));
  expect(hint()).toBe(by(2));

  for (const off of [{ buy_by_comment: false }, { buy_by_comment: true, emoji_only: true }]) {
    store.roomChanged(room({ ...goods, ...shown, chat: { ...chat, ...off } }));
    expect(hint()).toBe(words.t("chat.placeholder"));
  }
  // A room that was stored before it could be switched off.
  store.roomChanged(room({ ...goods, ...shown, chat }));
  expect(hint()).toBe(by(2));
  store.takesOrders = false;
  expect(hint()).toBe(words.t("chat.placeholder"));
});

test("/12 opens the product and is never sent", () => {
  const { store, talk } = wishesOf();
  talk.open = true;
  store.chat = { talk } as never;
  talk.draft = "/٢";

  expect(talk.command()).toBe(true);

  expect([store.view, store.product?.id, talk.draft, talk.open]).toEqual([
    "product",
    "vase",
    "",
    false,
  ]);
  expect(shop.asked).toEqual([]);
});

test("/77 of no product says so and is never sent", () => {
  const { store, talk, wishes } = wishesOf();
  talk.draft = "/77";

  expect(talk.command()).toBe(true);

  expect([store.view, wishes.now?.step, wishes.now?.number]).toEqual(["show", "unknown", 77]);
  expect(shop.asked).toEqual([]);
});

test("a message that the server understood is a wish, any other is none", async () => {
  const { talk, wishes } = wishesOf();
  talk.voice = { token: "T", name: "Maha" };
  const message = { id: "msg_1", name: "Maha", text: "hello", at: "2026-11-26T10:00:00Z" };
  shop.answers = [
    ok({ ...message, token: null, held: false, wish: null }, 201),
    ok({ ...message, id: "msg_2", token: null, held: false, wish: VASE }, 201),
  ];

  talk.draft = "hello";
  await talk.send();
  expect(wishes.now).toBeNull();
  talk.draft = "mine 2";
  await talk.send();

  expect(wishes.now).toMatchObject({ step: "asking", key: "KEY_V" });
  expect(talk.lines.map(({ id }) => id)).toEqual(["msg_1", "msg_2"]);
});
