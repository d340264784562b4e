import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { Estimate, Hold } from "../contract";
import { chosenWays, isGone, isOutdated } from "./agreed";
import { Delivery } from "./delivery.svelte";

const pounds = (amount: number) => ({ amount, currency: "GBP" });
const hold = (quantity: number): Hold => ({
  id: "hold_1",
  drop_id: null,
  waited_s: null,
  token: "secret",
  expires_at: "2026-11-26T16:00:00Z",
  total: pounds(100 * quantity),
  lines: [{ sku: "MUG", quantity, unit_price: pounds(100), total: pounds(100 * quantity) }],
});
const answer = (total: number, chosen: string | null, delivered = true): Estimate => ({
  country: "GB",
  countries: ["GB", "IE"],
  postal_code_needed: true,
  total: pounds(total),
  delivery_gone: [],
  coupons_passed: [],
  sellers: [
    {
      seller: { id: "mer_1", name: { en: "Mug & Co.", ar: "كوب" } },
      delivered,
      goods: pounds(100),
      offers: [],
      chosen,
      total: delivered ? pounds(total) : null,
      reasons: [],
      identity: null,
      terms: [],
      exceptions: [],
      coupon: null,
    },
  ],
});

let asked: string[];
let answers: (() => Promise<Response>)[];

beforeEach(() => {
  asked = [];
  answers = [];
  vi.stubGlobal("fetch", (path: string) => {
    asked.push(path);
    return answers.shift()!();
  });
});
afterEach(() => vi.unstubAllGlobals());

const says = (estimate: Estimate) => () => Promise.resolve(new Response(JSON.stringify(estimate)));

test("the sum is the shop's, for what is held and where it goes", async () => {
  const delivery = new Delivery("/api/v1", "GB");
  answers = [says(answer(495, "dlv_1"))];

  await delivery.ask(hold(1));

  expect(asked[0]).toContain("/api/v1/holds/hold_1/quote?country=GB");
  expect(delivery.sumOf(hold(1))).toEqual(pounds(495));
  expect(chosenWays(delivery.estimate)).toEqual(["dlv_1"]);
});

test("another quantity, country or way has no sum until the shop has said it", async () => {
  const delivery = new Delivery("/api/v1", "GB");
  answers = [says(answer(495, "dlv_1")), says(answer(895, "dlv_2"))];
  await delivery.ask(hold(1));

  expect(delivery.sumOf(hold(2))).toBeNull();
  delivery.choose("mer_1", "dlv_2");
  expect(delivery.sumOf(hold(1))).toBeNull();
  await delivery.ask(hold(1));

  expect(asked[1]).toContain("delivery=dlv_2");
  expect(delivery.sumOf(hold(1))).toEqual(pounds(895));
  delivery.country = "IE";
  expect(delivery.sumOf(hold(1))).toBeNull();
});

test("the same question is asked once", async () => {
  const delivery = new Delivery("/api/v1", "GB");
  answers = [says(answer(495, null))];

  await delivery.ask(hold(1));
  await delivery.ask(hold(1));

  expect(asked).toHaveLength(1);
});

test("what is not delivered there has no sum", async () => {
  const delivery = new Delivery("/api/v1", "FR");
  answers = [says(answer(0, null, false))];

  await delivery.ask(hold(1));

  expect(delivery.sumOf(hold(1))).toBeNull();
  expect(chosenWays(delivery.estimate)).toEqual([]);
});

test("a late answer to an earlier question is not taken for this one's", async () => {
  const delivery = new Delivery("/api/v1", "GB");
  let late = (_: Response) => undefined as void;
  answers = [() => new Promise((resolve) => (late = resolve)), says(answer(1250, null))];

  const first = delivery.ask(hold(1));
  delivery.country = "IE";
  await delivery.ask(hold(1));
  late(new Response(JSON.stringify(answer(495, null))));
  await first;

  expect(delivery.sumOf(hold(1))).toEqual(pounds(1250));
});

test("after a refusal by another price the shop is asked again, or nobody could pay", async () => {
  const delivery = new Delivery("/api/v1", "GB");
  answers = [says(answer(495, "dlv_1")), says(answer(595, "dlv_1"))];
  await delivery.ask(hold(1));

  const asking = delivery.askAgain(hold(1));

  expect(delivery.sumOf(hold(1))).toBeNull();
  await asking;
  expect(delivery.sumOf(hold(1))).toEqual(pounds(595));
  const codes = [
    "price_changed",
    "not_delivered",
    "delivery_gone",
    "terms_changed",
    "hold_expired",
  ];
  expect(codes.map((code) => isOutdated({ code, status: 409, title: "" }))).toEqual([
    true,
    true,
    true,
    true,
    false,
  ]);
  expect(isOutdated(null)).toBe(false);
});

test("a chosen way that the shop does not offer is known as gone until another one is chosen", async () => {
  const delivery = new Delivery("/api/v1", "GB");
  answers = [
    says({ ...answer(495, "dlv_1"), delivery_gone: ["dlv_2"] }),
    says(answer(595, "dlv_3")),
  ];
  delivery.choose("mer_1", "dlv_2");

  await delivery.ask(hold(1));
  expect(asked[0]).toContain("delivery=dlv_2");
  expect(isGone(delivery, "mer_1")).toBe(true);
  expect(isGone(delivery, "mer_2")).toBe(false);
  expect(chosenWays(delivery.estimate)).toEqual(["dlv_1"]);

  delivery.choose("mer_1", "dlv_3");
  expect(isGone(delivery, "mer_1")).toBe(false);
  await delivery.ask(hold(1));
  expect(isGone(delivery, "mer_1")).toBe(false);
});
