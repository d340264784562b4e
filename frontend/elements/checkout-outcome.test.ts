import { expect, test } from "vitest";
import { arabic, english } from "../testing/rendered";
import { said, show, storeOf } from "../testing/show";
import { hold } from "../testing/shop";
import CheckoutOutcome from "./checkout-outcome.svelte";
import HoldClock from "./hold-clock.svelte";

function held(skus: string[], stock: Record<string, number>, by = english) {
  const store = storeOf(show(), { stock }, by);
  store.buying.hold = hold(
    "h1",
    skus.map((sku) => ({ sku, quantity: 1 })),
    100 * skus.length,
  );
  return store;
}

test.each([english, arabic])("time that ran out says how many are left and holds again", (by) => {
  const store = held(["mug-only"], { "mug-only": 2 }, by);
  expect(said(CheckoutOutcome, store)).toBe("");

  store.buying.expire();

  expect(said(CheckoutOutcome, store)).toContain(by.t("hold.ended_text_left", { count: 2 }));
  expect(said(CheckoutOutcome, store)).toContain(by.t("hold.again"));
});

test("of several goods no single number is said", () => {
  const store = held(["mug-only", "vase-moss"], { "mug-only": 2, "vase-moss": 1 });
  store.buying.expire();

  expect(said(CheckoutOutcome, store)).toContain(english.t("hold.ended_text"));
  expect(said(CheckoutOutcome, store)).not.toContain("2");
});

test("goods of which none are left are not offered again, and the show still is", () => {
  const store = held(["mug-only", "vase-moss"], { "mug-only": 0, "vase-moss": 1 });
  store.buying.expire();

  const text = said(CheckoutOutcome, store);

  expect(text).not.toContain(english.t("hold.again"));
  expect(text).toContain(english.t("thanks.back"));
});

test("a piece of a drop is held again while the drop has one, whatever the shelf has", () => {
  const store = held(["mug-only"], { "mug-only": 5, drop_1: 2 });
  store.buying.hold = { ...store.buying.hold!, drop_id: "drop_1" };
  store.buying.expire();
  expect(said(CheckoutOutcome, store)).toContain(english.t("hold.ended_text_left", { count: 2 }));
  expect(said(CheckoutOutcome, store)).toContain(english.t("hold.again"));

  const over = held(["mug-only"], { "mug-only": 5 });
  over.buying.hold = { ...over.buying.hold!, drop_id: "drop_1" };
  over.buying.expire();
  expect(said(CheckoutOutcome, over)).not.toContain(english.t("hold.again"));
});

test.each(["declined", "insufficient_funds", "expired_card"] as const)(
  "a card that was refused as %s says what to do, not a code",
  (declined) => {
    const store = held(["mug-only"], {});
    store.buying.payment = "declined";
    store.buying.answer = { status: "declined", declined } as unknown as typeof store.buying.answer;

    const text = said(CheckoutOutcome, store);

    expect(text).toContain(english.t("pay.declined.title"));
    expect(text).not.toContain("pay.declined.");
    expect(text).not.toContain(declined === "declined" ? "declined_" : declined);
  },
);

test("what the bank still has is said, and is not called declined", () => {
  const store = held(["mug-only"], {});
  store.buying.payment = "pending";
  expect(said(CheckoutOutcome, store)).toContain(english.t("pay.pending.title"));

  store.buying.payment = "needs_confirmation";
  expect(said(CheckoutOutcome, store)).toContain(english.t("pay.confirm.action"));
  expect(said(CheckoutOutcome, store)).not.toContain(english.t("pay.declined.title"));
});

test("a new problem is said instead of the card that was declined before", () => {
  const store = held(["mug-only"], {});
  store.buying.payment = "declined";
  store.buying.problem = { code: "price_changed", status: 409 };

  const text = said(CheckoutOutcome, store);

  expect(text).toContain(english.t("product.price_changed"));
  expect(text).not.toContain(english.t("pay.declined.title"));
});

test("more time for the payment is said with its end, until it is paid", () => {
  const store = held(["mug-only"], {});
  store.buying.extended = true;
  const until = english.time(store.buying.hold!.expires_at);
  expect(said(CheckoutOutcome, store)).toContain(english.t("hold.extended", { time: until }));

  store.buying.payment = "paid";
  expect(said(CheckoutOutcome, store)).toBe("");
});

test("the clock counts by the server's time and names what it holds", () => {
  const store = held(["mug-only"], {});
  const { expires_at } = store.buying.hold!;
  store.serverNow = () => Date.parse(expires_at) - 90_000;

  expect(said(HoldClock, store, { named: true })).toContain("1:30");
  expect(said(HoldClock, store, { named: true })).toContain("The mug");
  expect(said(HoldClock, store, { named: true })).not.toContain(english.t("hold.last_minute"));

  store.serverNow = () => Date.parse(expires_at) - 40_000;
  expect(said(HoldClock, store)).toContain(english.t("hold.last_minute"));

  store.serverNow = () => Date.parse(expires_at) + 9_000;
  expect(said(HoldClock, store)).toContain("0:00");
});

test("several goods are counted by the clock, not named one by one", () => {
  const text = said(HoldClock, held(["mug-only", "vase-moss"], {}), { named: true });

  expect(text).toContain(english.t("hold.held_products", { count: 2 }));
});
