import { expect, test } from "vitest";
import { english, arabic, namesIn } from "../testing/rendered";
import { htmlOf, MUG, pin, room, said, show, storeOf, VASE, words } from "../testing/show";
import type { ShowPageData } from "../page";
import { hold } from "../testing/shop";
import Feature from "./feature.svelte";
import HoldClock from "./hold-clock.svelte";
import Pin from "./pin.svelte";
import ShelfRow from "./shelf-row.svelte";
import Shelf from "./shelf.svelte";
import StageTop from "./stage-top.svelte";

const stocked = (stock: Record<string, number>) => storeOf(show(), { stock });
const row = (store: ReturnType<typeof storeOf>, product = MUG) =>
  said(ShelfRow, store, { product });
const onScreen = { show: { state: "live" }, "product/mug": MUG, "product/vase": VASE };

test("few pieces are said as left, many are counted, none are sold out", () => {
  expect(row(stocked({ "mug-only": 3 }))).toContain(english.t("product.left", { count: 3 }));
  expect(row(stocked({ "mug-only": 4 }))).toContain(
    english.t("product.in_stock_count", { count: 4 }),
  );
  const gone = row(stocked({ "mug-only": 0 }));
  expect(gone).toContain(english.t("product.sold_out"));
  expect(gone).not.toContain("£");
});

test("a product says its number of this show, wherever it stands", () => {
  const store = storeOf(show({ product_ids: ["vase", "mug"], item_numbers: [1234, 7] }));

  expect(row(store)).toContain("7 The mug");
  expect(row(store, VASE)).toContain("1234 The vase");
});

test("before the shop has counted nothing is called sold out", () => {
  const text = row(stocked({}));

  expect(text).toContain("£20.00");
  expect(text).not.toContain(english.t("product.sold_out"));
  expect(text).not.toMatch(/\bleft\b|in stock/);
});

test("pieces are those of all options together", () => {
  expect(row(stocked({ "vase-moss": 0, "vase-blush": 2 }), VASE)).toContain(
    english.t("product.left", { count: 2 }),
  );
  expect(row(stocked({ "vase-moss": 0, "vase-blush": 0 }), VASE)).toContain(
    english.t("product.sold_out"),
  );
});

test("the last piece in the own hold is held, not sold out", () => {
  const store = stocked({ "mug-only": 0 });
  store.buying.hold = hold("h1", [{ sku: "mug-only", quantity: 1 }], 100);

  expect(row(store)).toContain(english.t("hold.held"));
  expect(row(store)).not.toContain(english.t("product.sold_out"));
});

test("options of different prices say from which one on", () => {
  expect(row(stocked({}), VASE)).toContain(`${english.t("product.from")} £48.00`);
});

test.each([english, arabic])("what is on screen is marked on the shelf, and nothing else", (by) => {
  const store = storeOf(show(), {}, by);
  store.roomChanged(room({ ...onScreen, "cue/1": pin("cue_1", "vase", "2026-11-26T10:01:00Z") }));

  const html = htmlOf(Shelf, store);

  const rows = html.split("<li").slice(1);
  expect(rows.map((each) => each.includes(by.t("shelf.on_screen")))).toEqual([false, true]);
  expect(said(Shelf, store)).toContain(by.t("shelf.products", { count: 2 }));
});

test("each row has a control that names its product", () => {
  expect(namesIn(htmlOf(Shelf, storeOf()))).toEqual([
    english.t("shelf.close"),
    english.t("product.view_named", { name: "The mug" }),
    english.t("product.view_named", { name: "The vase" }),
  ]);
});

test("what a host wrote about the show is text, never markup", () => {
  const description = words("<b>Bold</b> & salt");

  const html = htmlOf(Shelf, storeOf(show({ description })));

  expect(html).toContain("&lt;b>Bold&lt;/b> &amp; salt");
});

test("the newest pin is on the card, and held goods lead to the checkout from there", () => {
  const store = storeOf();
  expect(said(Pin, store)).toBe("");

  store.roomChanged(
    room({
      ...onScreen,
      "cue/1": pin("cue_1", "mug", "2026-11-26T10:01:00Z"),
      "cue/2": pin("cue_2", "vase", "2026-11-26T10:02:00Z"),
    }),
  );
  expect(said(Pin, store)).toContain("The vase");
  expect(said(Pin, store)).not.toContain("The mug");
  expect(said(Pin, store)).toContain(english.t("product.view"));

  store.buying.hold = hold("h1", [{ sku: "vase-moss", quantity: 1 }], 100);
  expect(said(Pin, store)).toContain(english.t("hold.check_out_short"));
  expect(said(Pin, store)).not.toContain(english.t("product.view"));
});

test("what is held stays within reach when another product comes on screen", () => {
  const store = storeOf();
  store.buying.hold = hold("h1", [{ sku: "mug-only", quantity: 1 }], 100);
  store.roomChanged(room({ ...onScreen, "cue/1": pin("cue_1", "vase", "2026-11-26T10:01:00Z") }));

  const card = said(Pin, store);

  expect(card).toContain(english.t("product.view"));
  expect(card).toContain(english.t("hold.check_out_short"));
  // The clock comes with a script of its own.
  expect(said(HoldClock, store, { named: true })).toContain(
    english.t("hold.held_named", { name: "The mug" }),
  );
});

test("beside a wide picture an ended show has no product on screen", () => {
  const store = storeOf(show({ state: "ended" }));
  store.roomChanged(
    room({ show: { state: "ended" }, "cue/1": pin("cue_1", "mug", "2026-11-26T10:01:00Z") }),
  );

  expect(said(Feature, store)).toContain(english.t("scene.ended.title"));
  expect(said(Feature, store)).not.toContain("The mug");
});

test("goods that are held when a show ends can still be paid beside the picture", () => {
  const store = storeOf(show({ state: "ended" }));
  store.buying.hold = hold("h1", [{ sku: "mug-only", quantity: 1 }], 100);

  expect(said(Feature, store)).toContain(english.t("checkout.title"));
});

const clipPage = (others: object[], by = english) =>
  storeOf(
    show({ state: "ended" }),
    { clip: { product_id: "vase", others } } as unknown as Partial<ShowPageData>,
    by,
  );

test.each([english, arabic])(
  "a clip shows its product, and who sells it, before it plays",
  (by) => {
    const text = said(Feature, clipPage([], by));

    expect(text).toContain(by.t("clip.product"));
    expect(text).toContain(by === english ? "The vase" : "«The vase»");
    expect(text).toContain(by.t("product.choose"));
    expect(text).not.toContain(by.t("scene.ended.title"));
  },
);

test("the show's other clips are on the shelf, or in a column where one has room for them", () => {
  const store = clipPage([{ id: "clip_2" }]);
  expect(said(Shelf, store)).toContain(english.t("clip.more"));

  store.broad = true;

  expect(store.clipsBeside).toBe(true);
  expect(said(Shelf, store)).not.toContain(english.t("clip.more"));
});

test.each([
  ["a wide picture", 16 / 9, 1],
  ["no other clip", 9 / 16, 0],
])("there is no column of clips beside %s", (_, ratio, count) => {
  const store = clipPage(Array.from({ length: count }, (_, index) => ({ id: `clip_${index}` })));
  store.broad = true;
  store.videoRatio = ratio;

  expect(store.clipsBeside).toBe(false);
});

test("over the picture stand the host, every seller once, and what must be labelled", () => {
  const store = storeOf();
  store.disclosures = ["paid_partnership"] as unknown as typeof store.disclosures;

  const text = said(StageTop, store, { onsound: () => undefined });

  expect(text).toContain("Noor");
  expect(text.split("Loamwick")).toHaveLength(2);
  expect(text).toContain(english.t("disclosure.paid_partnership"));
});

test("live is what is on the air, not what is watched again or stands still", () => {
  const top = { onsound: () => undefined };
  const store = storeOf();
  store.statusChanged("playing");
  expect(htmlOf(StageTop, store, top)).toContain("badge-live");

  store.statusChanged("paused");
  expect(htmlOf(StageTop, store, top)).not.toContain("badge-live");

  store.statusChanged("playing");
  store.beginRewind();
  expect(htmlOf(StageTop, store, top)).not.toContain("badge-live");

  expect(said(StageTop, storeOf(show({ state: "ended" })), top)).not.toContain(
    english.t("show.live"),
  );
});

test("in a brand's frame there is no way out of the show to our home page", () => {
  const top = { onsound: () => undefined };

  expect(namesIn(htmlOf(StageTop, storeOf(), top))).toContain(english.t("show.leave"));
  expect(namesIn(htmlOf(StageTop, storeOf(show(), { embed: { theme: null } }), top))).not.toContain(
    english.t("show.leave"),
  );
});

const rehearsal = (by = english) =>
  storeOf(
    show({ state: "rehearsal" }),
    { chat: true, rehearsal: { show_id: "show_0", ends_at: "2026-11-26T12:00:00Z" } },
    by,
  );

test.each([english, arabic])("a rehearsal says that it is one, and never that it is live", (by) => {
  const store = rehearsal(by);
  store.statusChanged("playing");

  const text = said(StageTop, store, { onsound: () => undefined });

  expect(text).toContain(by.t("show.rehearsal"));
  expect(text).not.toContain(by.t("show.live"));
});

test("to its team a rehearsal plays, and sells nothing", () => {
  const store = rehearsal();

  expect([store.show.state, store.mayPlay]).toEqual(["live", true]);
  expect([store.sells, store.chats, store.offersAudio, store.rewindUrl]).toEqual([
    false,
    false,
    false,
    null,
  ]);
});
