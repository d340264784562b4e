import { beforeEach, expect, test } from "vitest";
import type { Hold, RoomDrop } from "../contract";
import { empty } from "../room/fold";
import { dropAt, learnAll } from "../player/cues";
import { arabic, english } from "../testing/rendered";
import { dropCue, htmlOf, storeOf, VASE } from "../testing/show";
import { optionsOf } from "../shop/options-of";
import { pounds, storage } from "../testing/shop";
import Shelf from "../elements/shelf.svelte";
import Card from "./card.svelte";
import { phaseOf, type Facts } from "./phase";

beforeEach(() => void storage());

const OPENS = "2026-11-27T10:00:30.000Z";
const CLOSES = "2026-11-27T10:01:30.000Z";
const at = (moment: string) => Date.parse(moment);
const room = (more: Partial<RoomDrop> = {}): RoomDrop => ({
  id: "drop_1",
  closed: false,
  sold: null,
  log_url: null,
  ...more,
});
const facts = (more: Partial<Facts> = {}): Facts => ({
  drop: dropCue().payload,
  room: room(),
  left: 31,
  hold: null,
  now: at(OPENS),
  ...more,
});
const held = (drop_id: string | null) => ({ drop_id }) as Hold;

test("the server's clock opens and closes it, to the millisecond", () => {
  expect(phaseOf(facts({ now: at(OPENS) - 1 }))).toBe("coming");
  expect(phaseOf(facts({ now: at(OPENS) }))).toBe("open");
  expect(phaseOf(facts({ now: at(CLOSES) - 1 }))).toBe("open");
  expect(phaseOf(facts({ now: at(CLOSES) }))).toBe("over");
});

test("it is taken, closed by its team, or the buyer's own", () => {
  expect(phaseOf(facts({ left: 0 }))).toBe("gone");
  expect(phaseOf(facts({ left: null }))).toBe("open");
  expect(phaseOf(facts({ room: room({ closed: true }) }))).toBe("over");
  expect(phaseOf(facts({ left: 0, hold: held("drop_1") }))).toBe("mine");
  // The same goods without the drop are no piece of it.
  expect(phaseOf(facts({ hold: held(null) }))).toBe("open");
});

test("the card says for how long a piece is held: as long as the drop runs, or as other goods", () => {
  const store = storeOf(undefined, { stock: { drop_1: 4 } });
  store.serverNow = () => at(OPENS);
  const short = htmlOf(Card, store, { cue: dropCue() });
  const long = htmlOf(Card, store, { cue: dropCue({ holds_s: 1200 }) });

  expect(short).toContain(english.t("drop.holds_for_seconds", { count: 90 }));
  expect(long).toContain(english.t("drop.holds_for", { count: 5 }));
});

test("a piece may return only while something is held", () => {
  const store = storeOf(undefined, { stock: { drop_1: 0 } });
  store.serverNow = () => at(OPENS);
  expect(htmlOf(Card, store, { cue: dropCue() })).toContain(english.t("drop.may_return"));

  // Everything is paid for: it has ended before its time.
  const sold = room({ closed: true, sold: 40, log_url: "/api/v1/drops/drop_1/log" });
  store.roomChanged({ ...empty, seq: 1, stock: {}, entries: { drop: sold } });
  const html = htmlOf(Card, store, { cue: dropCue() });

  expect(html).toContain('data-phase="ended"');
  expect(html).not.toContain(english.t("drop.may_return"));
  expect(html).toContain(english.t("drop.sold", { sold: "40", units: "40" }));
});

test("closed while something is held it promises no piece, and no log before its last hold", () => {
  expect(phaseOf(facts({ left: 0, room: room({ closed: true }) }))).toBe("over");
  expect(phaseOf(facts({ room: room({ closed: true, sold: 38 }) }))).toBe("ended");
});

test("a drop is on the frames of its cue, and the newest of two is shown", () => {
  const first = { ...dropCue(), end: "2026-11-27T10:02:00.000Z" };
  const second = { ...dropCue(), id: "cue_2", start: "2026-11-27T10:01:59.000Z" };
  const table = learnAll(new Map(), [first, second]);

  expect(dropAt(table, at(first.start) - 1)).toBe(null);
  expect(dropAt(table, at(first.start))?.id).toBe("cue_1");
  expect(dropAt(table, at(second.start))?.id).toBe("cue_2");
  expect(dropAt(table, null)?.id).toBe("cue_2");
});

test.each([english, arabic])("the card says what is true of a drop that is over ($lang)", (by) => {
  const store = storeOf(undefined, {}, by);
  store.roomChanged({
    ...empty,
    seq: 1,
    entries: { drop: room({ closed: true, sold: 38, log_url: "/api/v1/drops/drop_1/log" }) },
  });

  const html = htmlOf(Card, store, { cue: dropCue({ opens_at: "2020-01-01T00:00:00.000Z" }) });

  expect(html).toContain(by.t("drop.over"));
  expect(html).toContain(by.t("drop.sold", { sold: by.number(38), units: by.number(40) }));
  expect(html).toContain('href="/api/v1/drops/drop_1/log"');
});

test("a drop that is over gives its place back, and its log stands with the products", () => {
  const store = storeOf();
  store.cuesHeard([dropCue()]);
  expect(store.drop?.id).toBe("cue_1");

  store.putDropAway("cue_1");
  expect(store.drop).toBe(null);
  expect(htmlOf(Shelf, store)).not.toContain("/drops/drop_1/log");

  const ended = room({ closed: true, sold: 38, log_url: "/api/v1/drops/drop_1/log" });
  store.roomChanged({ ...empty, seq: 1, entries: { drop: ended } });
  expect(htmlOf(Shelf, store)).toContain('href="/api/v1/drops/drop_1/log"');
});

test("without a price of the thirty days before, nothing is said of one", () => {
  const store = storeOf();
  const without = htmlOf(Card, store, { cue: dropCue() });
  const reduced = htmlOf(Card, store, { cue: dropCue({ was: pounds(2500) }) });

  expect(without).not.toContain(english.t("product.prior_price"));
  expect(reduced).toContain(english.t("product.prior_price"));
});

test.each([english, arabic])("the card names the options of what is dropped ($lang)", (by) => {
  const store = storeOf(undefined, {}, by);
  const card = (sku: string) => htmlOf(Card, store, { cue: dropCue({ product_id: "vase", sku }) });
  const [moss, blush] = ["vase-moss", "vase-blush"].map((sku) => optionsOf(VASE, sku, by));

  expect(moss).not.toBe("");
  expect(card("vase-moss")).toContain(moss);
  expect(card("vase-moss")).not.toContain(blush);
  expect(card("vase-blush")).toContain(blush);
});
