import { expect, test } from "vitest";
import type { Caption, RoomEntries } from "../contract";
import { chosenOf, linesAt, linesIn, merge } from "./captions";

const line = (id: string, from: number, to: number, language = "en"): Caption => ({
  id,
  language,
  start: new Date(from).toISOString(),
  end: new Date(to).toISOString(),
  text: id,
});

test.each([
  ["another language than the show's", ["en", "ar"], "ar", "en", null, "ar"],
  ["the show's own language", ["en", "ar"], "en", "en", null, null],
  ["no captions in it", ["fr"], "ar", "en", null, null],
  ["a regional variant", ["ar-EG"], "ar", "en", null, "ar-EG"],
  ["switched off before", ["en", "ar"], "ar", "en", "", ""],
  ["chosen before", ["en", "ar"], "en", "en", "ar", "ar"],
  ["chosen before and not there", ["en"], "en", "en", "fr", null],
])("captions for a viewer with %s", (_, languages, viewer, spoken, kept, chosen) => {
  expect(chosenOf(languages, { viewer, spoken, kept })).toBe(chosen);
});

test("a line is on screen from its first moment up to its last", () => {
  const lines = [line("a", 1000, 2000), line("b", 1500, 3000), line("c", 1600, 1700)];

  expect(linesAt(lines, 999)).toEqual([]);
  expect(linesAt(lines, 1000).map(({ id }) => id)).toEqual(["a"]);
  expect(linesAt(lines, 1650).map(({ id }) => id)).toEqual(["b", "c"]);
  expect(linesAt(lines, 2000).map(({ id }) => id)).toEqual(["b"]);
  expect(linesAt(lines, 3000)).toEqual([]);
});

test("lines of the room are taken in one language and put in order with the others", () => {
  const entries = {
    "caption/2": line("2", 2000, 3000),
    "caption/3": line("3", 1000, 2000, "ar"),
    "cue/1": { id: "1" },
  } as unknown as RoomEntries;

  const all = merge([line("9", 5000, 6000), line("2", 2000, 2500)], linesIn(entries, "en"));

  expect(all.map(({ id }) => id)).toEqual(["2", "9"]);
  expect(all[0]!.end).toBe(new Date(3000).toISOString());
});
