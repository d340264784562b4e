/** What the own messages want: held once, asked about where it is not clear, and never without the
 *  shop. */
import { expect, test } from "vitest";
import { arabic, english, namesIn } from "../testing/rendered";
import { htmlOf, MUG, pin, room, said, VASE } from "../testing/show";
import { hold, lost, ok, refusal, standInShop } from "../testing/shop";
import { HELD, MUG_WISH, settled, standInBrowser, VASE_WISH, wishesOf } from "../testing/wishes";
import Say from "./say.svelte";
import WishCard from "./wish-card.svelte";

const shop = standInShop();
standInBrowser();
const posts = () => shop.asked.filter(({ method }) => method === "POST");

test("a clear wish is held under the key of its message, at the price on screen", async () => {
  const { store, wishes } = wishesOf();
  shop.answers = [ok(hold("h1", HELD, 2000), 201)];

  wishes.heard(MUG_WISH);
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

test("of a size that is gone the question says so, and takes no press", () => {
  const { store, wishes } = wishesOf(english, { stock: { "vase-moss": 0, "vase-blush": 3 } });
  wishes.heard(VASE_WISH);

  expect(said(WishCard, store, { wishes })).toContain(`moss · ${english.t("product.sold_out")}`);
  expect(htmlOf(WishCard, store, { wishes }).match(/ disabled/g)).toHaveLength(1);
});

test.each([english, arabic])(
  "a question of which nothing is left leads to the sheet, $lang",
  (words) => {
    const { store, wishes } = wishesOf(words, {
      stock: { "vase-moss": 0, "vase-blush": 0, "mug-only": 0 },
    });
    wishes.heard(VASE_WISH);
    const all = said(WishCard, store, { wishes });
    const name = words.pick(VASE.name);
    expect(all).toContain(words.t("chat.wish_gone", { number: "2", name }));
    expect(all).toContain(words.t("product.view"));
    expect(all).not.toContain("moss");

    wishes.heard({ ...MUG_WISH, sku: null, quantity: 1 });
    const one = said(WishCard, store, { wishes });
    expect(one).toContain(words.t("chat.wish_gone", { number: "1", name: words.pick(MUG.name) }));
    expect(one).not.toContain(words.t("chat.wish_hold"));
    expect(one).toContain(words.t("product.view"));

    wishes.openSheet();
    expect([store.view, store.product?.id]).toEqual(["product", "mug"]);
  },
);

test("the sheet opens on a size that is left, where nobody named one", () => {
  const { store, wishes } = wishesOf(english, { stock: { "vase-moss": 0, "vase-blush": 3 } });
  store.takesOrders = false;

  wishes.heard(VASE_WISH);

  expect(store.preset).toEqual({ sku: "vase-blush", quantity: 1 });
});

test("the sheet opens on the size that was named, also where it is gone", () => {
  const { store, wishes } = wishesOf(english, { stock: { "vase-moss": 0, "vase-blush": 3 } });
  store.takesOrders = false;

  wishes.heard({ ...VASE_WISH, sku: "vase-moss", skus: ["vase-moss"] });

  expect(store.preset).toEqual({ sku: "vase-moss", quantity: 1 });
});

test("an answer that got lost is asked for again under the same key", async () => {
  const { wishes } = wishesOf();
  shop.answers = [lost, ok(hold("h1", HELD, 2000), 201)];
  wishes.heard(MUG_WISH);
  await settled(wishes);

  expect(wishes.now?.step).toBe("held");
  expect(posts().map(({ key }) => key)).toEqual(["KEY_1", "KEY_1"]);
});

test("a message that is written again after three lost answers holds nothing twice", async () => {
  const { store, wishes } = wishesOf();
  shop.answers = [lost, lost, lost, ok(hold("h1", HELD, 2000), 201)];
  wishes.heard(MUG_WISH);
  await settled(wishes);
  expect([wishes.now?.step, store.buying.problem?.code]).toEqual(["refused", "unreachable"]);

  wishes.heard({ ...MUG_WISH, key: "KEY_2" });
  await settled(wishes);

  expect(wishes.now?.step).toBe("held");
  expect(posts().map(({ key }) => key)).toEqual(["KEY_1", "KEY_1", "KEY_1", "KEY_1"]);
});

test("a message after an answer that came has its own key", async () => {
  const { wishes } = wishesOf();
  shop.answers = [refusal("sold_out"), ok(hold("h1", HELD, 2000), 201)];
  wishes.heard(MUG_WISH);
  await settled(wishes);

  wishes.heard({ ...MUG_WISH, key: "KEY_2" });
  await settled(wishes);

  expect(posts().map(({ key }) => key)).toEqual(["KEY_1", "KEY_2"]);
});

test("what is not clear is asked, and nothing is held before an answer", async () => {
  const { wishes } = wishesOf();
  wishes.heard(VASE_WISH);
  expect([wishes.now?.step, shop.asked.length]).toEqual(["asking", 0]);

  shop.answers = [ok(hold("h1", [{ sku: "vase-blush", quantity: 1 }], 4800), 201)];
  await wishes.hold("vase-blush");

  expect([wishes.now?.step, wishes.now?.skus]).toEqual(["held", ["vase-blush"]]);
});

test("a refusal says why and leads to the sheet with the same choice", async () => {
  const { store, wishes } = wishesOf();
  shop.answers = [refusal("sold_out", 409, { lines: [{ sku: "mug-only", available: 0 }] })];
  wishes.heard(MUG_WISH);
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

  wishes.heard(MUG_WISH);

  expect([store.view, shop.asked.length]).toEqual(["product", 0]);
});

test.each([english, arabic])("a number that no product has is said, $lang", (words) => {
  const { store, wishes } = wishesOf(words);
  wishes.heard({ ...MUG_WISH, item_number: 77, product_id: null, sku: null, skus: [] });

  expect(said(WishCard, store, { wishes })).toContain(
    words.t("chat.item_unknown", { number: "77" }),
  );
  expect(shop.asked).toEqual([]);
});

test.each([english, arabic])("a question has a button for each answer, $lang", (words) => {
  const { store, wishes } = wishesOf(words);
  wishes.heard(VASE_WISH);

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
    wishes.heard(MUG_WISH);
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
  const goods = { "product/mug": MUG, "product/vase": VASE };
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
    ok({ ...message, id: "msg_2", token: null, held: false, wish: VASE_WISH }, 201),
  ];

  talk.draft = "hello";
  await talk.send();
  expect(wishes.now).toBeNull();
  talk.draft = "mine 2";
  await talk.send();

  expect(wishes.now).toMatchObject({ step: "asking", key: "KEY_V" });
  expect(talk.lines.map(({ id }) => id)).toEqual(["msg_1", "msg_2"]);
});
