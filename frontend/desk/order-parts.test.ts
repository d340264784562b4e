/** What an order's page on the desk says of parcels and of what came back. */
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { OrderDetail } from "../contract";
import { arabic, english, markup, textOf } from "../testing/rendered";
import { pounds } from "../testing/shop";
import OrderParcels from "./order-parcels.svelte";
import OrderReturns from "./order-returns.svelte";

const MUG = { sku: "MUG", name: { en: "Dawn Mug", ar: "كوب الفجر" }, quantity: 2 };
const TOTE = { sku: "TOTE", name: { en: "Harbour Tote", ar: "" }, quantity: 1 };
const parcel = (more: object = {}) => ({
  id: "shp_1",
  items: [MUG, TOTE],
  carrier: "Royal Mail",
  tracking: "AB 123",
  shipped_at: "2020-01-02T12:00:00Z",
  delivered_at: null,
  ...more,
});
const back = (more: object = {}) => ({
  id: "ret_1",
  at: "2020-01-09T12:00:00Z",
  items: [{ ...MUG, damaged: 0 }],
  value_lost: pounds(0),
  ...more,
});
const owed = (now: number, more: object = {}) => ({
  now: pounds(now),
  withheld: pounds(0),
  delivery_kept: pounds(0),
  by: "2020-01-20T12:00:00Z",
  send_back_by: null,
  items: [],
  ...more,
});
const order = (more: object) =>
  ({
    shipments: [],
    items: [],
    withdrawals: [],
    returns: [],
    return_proofs: [],
    owed: null,
    withdraw_until: null,
    ...more,
  }) as unknown as OrderDetail;

const parcels = (more: object, words = english, busy = false) =>
  markup(OrderParcels, { order: order(more), busy, arrived: () => undefined }, { words });
const returns = (more: object, words = english) =>
  markup(OrderReturns, { order: order(more), busy: false, refund: () => undefined }, { words });

beforeEach(() => void vi.useFakeTimers({ now: Date.parse("2020-01-15T12:00:00Z") }));
afterEach(() => vi.useRealTimers());

test("before anything is sent there is nothing to read about it", () => {
  expect(textOf(parcels({}))).toBe("");
  expect(textOf(returns({}))).toBe("");
});

test("a parcel names its goods, and its number keeps its direction", () => {
  const html = parcels({ shipments: [parcel()] });

  expect(textOf(html)).toContain("Dawn Mug × 2, Harbour Tote × 1");
  expect(html).toMatch(/<bdi class="ltr num">AB 123<\/bdi>/);
  expect(textOf(html)).toContain(english.t("desk.mark_arrived"));
});

test("in Arabic a product without an Arabic name does not turn the list round", () => {
  const text = textOf(parcels({ shipments: [parcel()] }, arabic));

  expect(text).toContain("كوب الفجر × 2، \u2068Harbour Tote × 1\u2069");
});

test("a parcel that arrived has no button to say so again", () => {
  const text = textOf(parcels({ shipments: [parcel({ delivered_at: "2020-01-05T12:00:00Z" })] }));

  expect(text).not.toContain(english.t("desk.mark_arrived"));
  expect(text).toContain("5 January");
});

test("while another step runs the button says that it waits", () => {
  expect(parcels({ shipments: [parcel()] }, english, true)).toContain('aria-disabled="true"');
});

test("what came back says what of it was damaged, and what it lost", () => {
  const some = back({
    items: [
      { ...MUG, damaged: 1 },
      { ...TOTE, damaged: 0 },
    ],
    value_lost: pounds(500),
  });
  const html = returns({ returns: [some] });

  expect(html).toContain("<bdi>Dawn Mug</bdi>: ");
  expect(html).not.toContain("<bdi>Harbour Tote</bdi>: ");
  expect(textOf(html)).toContain(english.t("desk.back_lost", { total: pounds(500) }));
});

test("goods that came back whole lost nothing", () => {
  expect(textOf(returns({ returns: [back()] }))).not.toContain("£0.00");
});

test.each([english, arabic])("what is due is paid by one button with its sum, $lang", (words) => {
  const html = returns({ owed: owed(1700) }, words);

  expect(html).toMatch(/<button[^>]*id="act-owed"/);
  expect(html).toContain(words.t("desk.owed_pay", { total: pounds(1700) }));
});

test("what is due too late is called late, also on its day in the zone of the shop", () => {
  const text = (by: string) => textOf(returns({ owed: owed(1700, { by }) }));
  const [late, due] = ["2020-01-14T12:00:00Z", "2020-01-16T12:00:00Z"].map(text);

  expect(late).not.toEqual(due);
  expect(late).toContain("14 January");
});

test("nothing is due and nothing waits: that is said, and no button offers it", () => {
  const html = returns({ owed: owed(0) });

  expect(textOf(html)).toContain(english.t("desk.owed_none"));
  expect(html).not.toContain("act-owed");
});

test("what waits for the goods is no money that can be paid", () => {
  const html = returns({ owed: owed(0, { withheld: pounds(900) }) });

  expect(textOf(html)).toContain(english.t("desk.owed_wait", { total: pounds(900) }));
  expect(textOf(html)).not.toContain(english.t("desk.owed_none"));
  expect(html).not.toContain("act-owed");
});

test("until when the buyer may withdraw is said as long as there is something left for it", () => {
  const left = (standing: number, may_be_withdrawn = true) => ({ standing, may_be_withdrawn });
  const shown = (...items: object[]) =>
    textOf(
      parcels({
        shipments: [parcel({ delivered_at: "2020-01-03T12:00:00Z" })],
        withdraw_until: "2020-01-18T00:00:00Z",
        withdrawn_at: "2020-01-04T12:00:00Z",
        items,
      }),
    );
  const until = english.t("desk.withdraw_until", { day: english.day("2020-01-17T12:00:00Z") });

  expect(shown(left(0), left(1))).toContain(until);
  expect(shown(left(0), left(1, false))).not.toContain(until);
});

test("each withdrawal says which goods are to come back by when, and each proof is shown", () => {
  const of = (day: string, name: string) => ({
    at: `2020-01-${day}T12:00:00Z`,
    to_return: [{ name: { en: name, ar: name }, quantity: 2 }],
    send_back_by: `2020-02-${day}T00:00:00Z`,
  });
  const sent = { ...of("03", "Jug"), to_return: [], send_back_by: null };
  const proofs = [1, 2].map((covers) => ({
    at: "2020-01-08T12:00:00Z",
    carrier: "DHL",
    tracking: `JD0${covers}`,
    covers,
  }));

  const text = textOf(
    returns({
      owed: owed(0),
      withdrawals: [of("01", "Cup"), sent, of("05", "Bowl")],
      return_proofs: proofs,
    }),
  );

  expect(text).toMatch(/31 January.*Cup × 2.*4 February.*Bowl × 2.*JD01.*JD02/);
  expect(text).not.toContain("Jug");
});

test("a proof of sending is shown as long as it is kept", () => {
  const proof = { at: "2020-01-08T12:00:00Z", carrier: "DHL", tracking: "JD01", covers: 1 };
  const shown = (more: object) =>
    textOf(returns({ owed: owed(0), return_proofs: [{ ...proof, ...more }] }));

  expect(shown({})).toContain("JD01");
  expect(shown({ carrier: null, tracking: null })).toContain(
    english.t("desk.proof_erased", { day: english.day(proof.at) }),
  );
});
