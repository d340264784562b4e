/** What messages want of goods that are held: said as long as it is true, and held no second time. */
import { expect, test, vi } from "vitest";
import type { Wait } from "../contract";
import ProductSheet from "../elements/product-sheet.svelte";
import { Buying } from "../shop/buying.svelte";
import { english } from "../testing/rendered";
import { htmlOf, said } from "../testing/show";
import type { ShowStore } from "../shop/store.svelte";
import { hold, later, ok, pounds, refusal, standInShop } from "../testing/shop";
import { HELD, MUG_WISH, settled, standInBrowser, VASE_WISH, wishesOf } from "../testing/wishes";
import { takeHeld } from "../waits/buying";
import { Places } from "../waits/places.svelte";
import type { WaitParts } from "../waits/types";
import WishCard from "./wish-card.svelte";

const shop = standInShop();
standInBrowser();

test("a second wish for what is held holds nothing more", async () => {
  const { store, wishes } = wishesOf();
  shop.answers = [ok(hold("h1", HELD, 2000), 201)];
  wishes.heard(MUG_WISH);
  await settled(wishes);

  wishes.heard({ ...MUG_WISH, key: "KEY_2" });

  expect(wishes.now?.step).toBe("yours");
  expect(shop.asked).toHaveLength(1);
  expect(store.buying.open?.lines).toEqual(hold("h1", HELD, 2000).lines);
});

test("what was given back is no longer said to be held", async () => {
  const { store, wishes } = wishesOf();
  shop.answers = [ok(hold("h1", HELD, 2000), 201), ok(null, 204)];
  wishes.heard(MUG_WISH);
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
  wishes.heard(MUG_WISH);
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
  wishes.heard(MUG_WISH);
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

  wishes.heard(MUG_WISH);

  expect([wishes.now, store.view, store.product?.id]).toEqual([null, "product", "mug"]);
  expect(store.preset).toEqual({ sku: "mug-only", quantity: 2 });
  expect(said(ProductSheet, store, { product: { ...store.product!, pictures: [] } })).toContain(
    english.t("product.finish_payment"),
  );
  expect(shop.asked).toHaveLength(1);
});

test("what is being paid for is said to be held, with as many as are", async () => {
  const { store, wishes } = wishesOf();
  shop.answers = [ok(hold("h1", [MOSS], 5200), 201)];
  await store.buying.reserve([MOSS], pounds(5200));
  store.buying.payment = "pending";

  wishes.heard({ ...VASE_WISH, sku: "vase-moss", skus: ["vase-moss"], quantity: 3 });

  expect(wishes.now).toMatchObject({ step: "yours", quantity: 1 });
  expect(shop.asked).toHaveLength(1);
});

test("goods of another product are not said to be held because the last ones are", async () => {
  const { store, wishes } = wishesOf();
  const lines = [{ sku: "vase-moss", available: 0 }];
  shop.answers = [ok(hold("h1", [MOSS], 5200), 201), refusal("sold_out", 409, { lines })];
  await store.buying.reserve([MOSS], pounds(5200));

  wishes.heard(MUG_WISH);
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

  wishes.heard({ ...MUG_WISH, quantity: 1 });

  expect(wishes.now).toMatchObject({ step: "yours", quantity: 2 });
  expect(shop.asked).toHaveLength(asked);
});

test("what this buyer holds the last of is not said to be gone", async () => {
  const { store, wishes } = wishesOf(english, { stock: { "vase-moss": 0, "vase-blush": 0 } });
  shop.answers = [ok(hold("h1", [MOSS], 5200), 201)];
  await store.buying.reserve([MOSS], pounds(5200));

  wishes.heard(VASE_WISH);
  expect(htmlOf(WishCard, store, { wishes }).match(/ disabled/g)).toHaveLength(1);
  await wishes.hold("vase-moss");

  expect(wishes.now?.step).toBe("yours");
});

const OFFERED = {
  id: "wait_1",
  show_id: "show_1",
  product_id: "mug",
  sku: "mug-only",
  state: "offered",
  held: { hold_id: "h7", until: later() },
} as Wait;

/** A mug is held for this viewer, who waited for it. */
function waiting(store: ShowStore): void {
  const places = new Places("/api/v1", "show_1");
  places.list = [OFFERED];
  const take = (wait: Wait) => takeHeld(store, places, wait);
  store.waits = { places, take } as unknown as WaitParts;
}

test("a wish for what is held for who waited takes that, and no second one", async () => {
  const { store, wishes } = wishesOf(english, { stock: { "mug-only": 0 } });
  waiting(store);
  const taken = { ...hold("h8", [{ sku: "mug-only", quantity: 1 }], 2000), waited_s: 1800 };
  shop.answers = [ok({ csrf: "c1" }), ok(taken)];

  wishes.heard(MUG_WISH);
  await settled(wishes);

  expect(shop.asked.map(({ path }) => path)).toEqual([
    "/api/v1/viewer/session",
    "/api/v1/waits/wait_1/hold",
  ]);
  expect(wishes.now).toMatchObject({ step: "yours", quantity: 1 });
  expect(store.buying.open?.id).toBe("h8");
});

test("what is held for who waited has not sold out in the question", () => {
  const { store, talk, wishes } = wishesOf(english, { stock: { "mug-only": 0 } });
  waiting(store);

  wishes.heard({ ...MUG_WISH, sku: null });

  const card = htmlOf(WishCard, store, { talk, wishes });
  expect(card).toContain(english.t("chat.wish_hold"));
  expect(card).not.toContain(english.t("product.sold_out"));
});

test("a wish for it while other goods are held leads to its sheet", async () => {
  const { store, wishes } = wishesOf(english, { stock: { "mug-only": 0 } });
  waiting(store);
  shop.answers = [ok(hold("h1", [MOSS], 5200), 201)];
  await store.buying.reserve([MOSS], pounds(5200));

  wishes.heard(MUG_WISH);
  await vi.waitFor(() => expect(store.view).toBe("product"));

  expect([store.productId, store.buying.open?.id, shop.asked.length]).toEqual(["mug", "h1", 1]);
});
