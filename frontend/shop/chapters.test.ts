import { expect, test } from "vitest";
import type { Cue, Product } from "../contract";
import type { Stretch } from "../player/stretches";
import {
  addressAt,
  chapterAt,
  chaptersOf,
  marksOf,
  nextChapter,
  previousChapter,
  startOf,
} from "./chapters";

const START = Date.UTC(2026, 10, 26, 19);
/** A minute of show, five minutes without a picture, another minute. */
const STRETCHES: Stretch[] = [
  { at: 0, moment: START, seconds: 60 },
  { at: 60, moment: START + 360_000, seconds: 60 },
];
const mug = { id: "prod_mug" } as Product;
const lamp = { id: "prod_lamp" } as Product;
const text = (seconds: number) => new Date(START + seconds * 1000).toISOString();
const pin = (id: string, product: string, from: number, to: number): Cue =>
  ({
    id,
    kind: "pin",
    start: text(from),
    end: text(to),
    payload: { product_id: product },
  }) as Cue;

const CUES = [
  pin("b", "prod_lamp", 370, 380),
  pin("a", "prod_mug", 10, 20),
  pin("gone", "prod_sold", 30, 40),
  pin("away", "prod_mug", 100, 200),
];
const CHAPTERS = chaptersOf(CUES, STRETCHES, [mug, lamp]);

test("pins that can be watched are chapters, in the order of the video", () => {
  expect(CHAPTERS.map(({ cue, at }) => [cue.id, at])).toEqual([
    ["a", 10],
    ["b", 70],
  ]);
  expect(chaptersOf(CUES, [], [mug, lamp])).toEqual([]);
});

test.each([
  [5, null],
  [10, "a"],
  [69, "a"],
  [70, "b"],
])("at %d s the chapter is %s", (position, id) => {
  expect(chapterAt(CHAPTERS, position)?.cue.id ?? null).toBe(id);
});

test.each([
  [0, "a", null],
  [12, "b", null],
  [14, "b", "a"],
  [70, null, "a"],
  [74, null, "b"],
])("from %d s the next is %s and the previous %s", (position, next, previous) => {
  expect(nextChapter(CHAPTERS, position)?.cue.id ?? null).toBe(next);
  expect(previousChapter(CHAPTERS, position)?.cue.id ?? null).toBe(previous);
});

test.each([
  ["?t=772", 772],
  ["?lang=ar&t=12.5", 12.5],
  ["?t=1h2m3s", 3723],
  ["?t=90s", 90],
  ["?t=2m", 120],
  ["", 0],
  ["?t=", 0],
  ["?t=-4", 0],
  ["?t=soon", 0],
])("%s begins at %d s", (search, seconds) => {
  expect(startOf(search)).toBe(seconds);
});

test("an address at a moment says it to half a second and keeps the rest", () => {
  expect(addressAt("https://shop.example/s/kiln?lang=ar#x", 61.78)).toBe(
    "https://shop.example/s/kiln?lang=ar&t=61.5",
  );
  expect(addressAt("https://shop.example/s/kiln?t=3", 60)).toBe("https://shop.example/s/kiln?t=60");
});

test("from a brand's frame the address is the show's own page, without what dresses the frame", () => {
  const frame = "https://shop.example/embed/kiln?parent=https%3A%2F%2Fb.example&lang=ar&corners=0";

  expect(addressAt(frame, 60)).toBe("https://shop.example/s/kiln?lang=ar&t=60");
});

test("marks that would cover each other are left out", () => {
  const chapters = [0, 1, 30, 31, 60].map((at) => ({ ...CHAPTERS[0]!, at }));

  expect(marksOf(chapters, 100).map(({ at }) => at)).toEqual([0, 30, 60]);
  expect(marksOf(chapters, 10).map(({ at }) => at)).toEqual([0, 1, 30, 31, 60]);
});
