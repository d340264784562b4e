import { beforeEach, expect, test } from "vitest";
import type { CouponClaim, ShownCoupon } from "../contract";
import Shelf from "../elements/shelf.svelte";
import { arabic, english } from "../testing/rendered";
import { dropCue, htmlOf, show, storeOf, words } from "../testing/show";
import { later, ok, pounds, refusal, standInShop, storage } from "../testing/shop";
import Card from "./card.svelte";
import Strip from "./strip.svelte";

const shop = standInShop();
beforeEach(() => void storage());

const coupon = (more: Partial<ShownCoupon> = {}): ShownCoupon => ({
  id: "cpn_1",
  show_id: "show_1",
  name: words("Slow morning", "صباح هادئ"),
  off: words("£4.00 off everything from Loamwick", "خصم 4.00 £ على كل ما يبيعه لوم ويك"),
  minimum: pounds(5000),
  quota: 100,
  left: 60,
  ends_at: "2026-11-29T23:59:00Z",
  terms: { en: ["Once for each person."], ar: ["مرة واحدة لكل شخص."] },
  claimable: true,
  needs_following: false,
  claim: null,
  ...more,
});
const CLAIM: CouponClaim = { token: "t1", coupon_id: "cpn_1", state: "claimed", until: later() };

async function loaded(more: Partial<ShownCoupon> = {}, by = english) {
  const store = storeOf(undefined, {}, by);
  shop.answers.push(ok({ coupon: coupon(more) }));
  await store.coupons.load();
  return store;
}

test("the card says what it takes off, how many are left, and all terms before it is claimed", async () => {
  const html = htmlOf(Card, await loaded());

  expect(html).toContain("£4.00 off everything from Loamwick");
  expect(html).toContain("60 of 100 left");
  expect(html).toContain("Orders from £50.00");
  expect(html).toContain("Once for each person.");
  expect(htmlOf(Card, await loaded({}, arabic))).toContain("مرة واحدة لكل شخص.");
});

test("it has no countdown, all claimed, closed", async () => {
  expect(htmlOf(Card, await loaded())).not.toContain('role="timer"');
  expect(htmlOf(Card, await loaded({ left: 0 }))).toContain("All 100 are claimed");
  expect(htmlOf(Card, await loaded({ claimable: false }))).toContain(
    "It cannot be claimed any more",
  );
});

test("a claim is kept by the browser, under one key, and goes with the purchase", async () => {
  const store = await loaded();
  shop.answers.push(ok(CLAIM, 201));

  expect(await store.coupons.claim()).toBe(true);

  expect(htmlOf(Card, store)).toContain("It takes itself off at checkout");
  expect(store.coupons.tokens).toEqual(["t1"]);
  const [, asked] = shop.asked;
  expect([asked!.method, asked!.path]).toEqual(["POST", "/api/v1/coupons/cpn_1/claims"]);
  const again = storeOf(show());
  expect(again.coupons.tokens).toEqual(["t1"]);
  again.coupons.left = true;
  expect(again.coupons.tokens).toEqual([]);
});

test("a refusal changes nothing and says what to do", async () => {
  const store = await loaded();
  shop.answers.push(refusal("coupon_used_up"), ok({ coupon: coupon({ left: 0 }) }));

  expect(await store.coupons.claim()).toBe(false);

  expect(store.coupons.tokens).toEqual([]);
  expect(store.coupons.problem?.code).toBe("coupon_used_up");
});

test("the card gives its place back when it is put away", async () => {
  const store = await loaded();
  expect(store.couponNow).toBe(true);

  store.coupons.put("cpn_1");

  expect([store.couponNow, store.couponAside]).toEqual([false, true]);
});

test.each([english, arabic])(
  "while a drop has the stage, the line holds the terms, the claim and its result ($lang)",
  async (by) => {
    const store = await loaded({}, by);
    store.cuesHeard([dropCue()]);
    expect([store.drop?.id, store.couponNow, store.couponAside]).toEqual(["cue_1", false, true]);
    const before = htmlOf(Strip, store);
    expect(before).toContain(coupon().terms[by.lang]![0]);
    expect(before).toContain(by.t("coupon.claim"));
    expect(before).not.toContain(by.t("coupon.by_itself"));

    shop.answers.push(ok(CLAIM, 201));
    expect(await store.coupons.claim()).toBe(true);

    expect(store.couponAside).toBe(true);
    const after = htmlOf(Strip, store);
    expect(after).toContain(by.t("coupon.by_itself"));
    expect(after).not.toContain(by.t("coupon.claim"));
  },
);

test("a refusal is said in the line, which stays although nothing is left", async () => {
  const store = await loaded();
  store.cuesHeard([dropCue()]);
  shop.answers.push(refusal("coupon_used_up"), ok({ coupon: coupon({ left: 0 }) }));

  expect(await store.coupons.claim()).toBe(false);
  await expect.poll(() => store.coupons.shown?.left).toBe(0);

  expect(store.couponAside).toBe(true);
  const html = htmlOf(Strip, store);
  expect(html).toContain(english.t("error.coupon_used_up"));
  expect(html).toContain(english.t("coupon.gone", { quota: "100" }));
});

test("the line is an entry of the list, so that it takes no row of the panel", async () => {
  const store = await loaded();
  store.coupons.put("cpn_1");
  store.CouponStrip = Strip;

  expect(htmlOf(Shelf, store)).toMatch(/<ul class="shelf[^>]*>\s*<li class="offer-place/);
});
