import { expect, test } from "vitest";
import type { RoomEvent, Show } from "../contract";
import { numberOf, productOf } from "../shop/item-numbers";
import { cuesOf, empty, fold, showOf, stockOf, type Room } from "./fold";

/** Values of any shape: folding never looks inside. */
const snapshot = (seq: number, entries: object) =>
  ({ type: "snapshot", seq, ts: 0, entries }) as RoomEvent;
const set = (seq: number, key: string, value: unknown) =>
  ({ type: "set", seq, ts: 0, key, value }) as RoomEvent;
const after = (events: RoomEvent[]): Room =>
  events.reduce((room, event) => fold(room, event, 0), empty);

test("a snapshot and the events after it are the later snapshot", () => {
  const folded = after([
    snapshot(3, { show: { state: "scheduled" }, "cue/a": 1 }),
    set(4, "show", { state: "live" }),
    set(5, "cue/a", null),
    set(6, "cue/b", 2),
  ]);
  const fresh = after([snapshot(6, { show: { state: "live" }, "cue/b": 2 })]);

  expect(folded).toEqual(fresh);
});

test("what was folded already is not folded again", () => {
  const room = after([snapshot(5, { show: { state: "live" } })]);

  expect(fold(room, set(5, "show", { state: "scheduled" }), 0)).toBe(room);
});

test("state is replaced whole and keeps the sequence", () => {
  const room = after([
    snapshot(5, {}),
    { type: "state", seq: 5, ts: 0, viewers: 7, hearts: 2, questions: 1, stock: { A: 1, B: 2 } },
    { type: "state", seq: 5, ts: 0, viewers: 8, hearts: 3, questions: 4, stock: { A: 0 } },
  ]);

  expect(room).toMatchObject({ seq: 5, viewers: 8, hearts: 3, questions: 4, stock: { A: 0 } });
});

test("the server's clock is the largest offset seen, because an event can only be late", () => {
  const early = fold(empty, { ...snapshot(1, {}), ts: 1000 }, 400);
  const late = fold(early, { ...set(2, "x", 1), ts: 2000 }, 1900);

  expect(late.clockOffset).toBe(600);
});

test("the room's facts go over the page's, in the shelf's order", () => {
  const page = {
    state: "scheduled",
    products: [{ id: "p1", slug: "old" }, { id: "p2" }],
  } as unknown as Show;
  const room = after([
    snapshot(1, {
      show: { state: "live" },
      "product/p1": { id: "p1", slug: "new" },
      "product/p3": { id: "p3" },
      "cue/c": { id: "c" },
    }),
  ]);

  expect(showOf(room, page)).toMatchObject({
    state: "live",
    products: [{ id: "p1", slug: "new" }, { id: "p3" }],
  });
  expect(showOf(empty, page).products).toEqual(page.products);
  expect(cuesOf(room)).toEqual([{ id: "c" }]);
});

test("a room that was stored before products had numbers has those of the page", () => {
  const page = { products: [], product_ids: ["p1", "p2"], item_numbers: [7, 9] } as unknown as Show;
  const before = showOf(after([snapshot(4, { show: { product_ids: ["p2", "p3", "p1"] } })]), page);
  const since = showOf(
    after([snapshot(4, { show: { product_ids: ["p2", "p1"], item_numbers: [12, 7] } })]),
    page,
  );

  expect(["p1", "p2", "p3"].map((id) => numberOf(before, id))).toEqual([7, 9, null]);
  expect([productOf(before, 9), productOf(before, 8), productOf(before, 0)]).toEqual([
    "p2",
    null,
    null,
  ]);
  expect(["p1", "p2"].map((id) => numberOf(since, id))).toEqual([7, 12]);
});

test("in a rehearsal the stock is what its test buyers have left", () => {
  const real = {
    type: "state",
    seq: 5,
    ts: 0,
    viewers: 7,
    hearts: 2,
    questions: 0,
    stock: { A: 3, B: 2 },
  } as RoomEvent;

  expect(stockOf(after([snapshot(5, {}), real]))).toEqual({ A: 3, B: 2 });
  expect(stockOf(after([snapshot(5, {}), real, set(6, "rehearsal", { stock: { A: 1 } })]))).toEqual(
    {
      A: 1,
      B: 2,
    },
  );
});
