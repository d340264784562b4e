import { expect, test } from "vitest";
import type { Product } from "../contract";
import { arabic, markup, namesIn, textOf } from "../testing/rendered";
import ProductTable from "./product-table.svelte";
import StartsField from "./starts-field.svelte";
import { Starts } from "./starts.svelte";
import StateBadge from "./state-badge.svelte";
import TitleFields from "./title-fields.svelte";

function starts(wall: string): Starts {
  const made = new Starts("Europe/London");
  made.wall = wall;
  return made;
}
const time = (wall: string, tried = false) =>
  textOf(markup(StartsField, { id: "s", starts: starts(wall), tried }));

test("the zone stands beside the time", () => {
  expect(time("")).toContain("Times are in your zone: Europe/London.");
});

test("a missing time is said after an attempt, a skipped one at once", () => {
  expect(time("")).not.toContain("Choose a day and a time.");
  expect(time("", true)).toContain("Choose a day and a time.");
  expect(time("2030-03-31T01:30")).toContain("this time does not exist");
});

test("a time that comes twice asks which one", () => {
  const text = time("2030-10-27T01:30");

  expect(text).toContain("Which one?");
  expect(text).toContain("The first (GMT+1)");
  expect(text).toContain("The second, an hour later (GMT+0)");
  expect(time("2030-10-27T03:30")).not.toContain("Which one?");
});

const titles = (title: { en: string; ar: string }, tried = true, words?: typeof arabic) =>
  textOf(markup(TitleFields, { id: "t", title, tried }, words ? { words } : {}));

test("one title suffices, and none does not", () => {
  const missing = "Enter a title in one language at least.";

  expect(titles({ en: "", ar: "\u200b" })).toContain(missing);
  expect(titles({ en: "Kiln", ar: "" })).not.toContain(missing);
  expect(titles({ en: "", ar: "فرن" })).not.toContain(missing);
  expect(titles({ en: "", ar: "" }, false)).not.toContain(missing);
});

test("the reader's own language comes first", () => {
  expect(titles({ en: "", ar: "" }, false)).toMatch(/^Title in English Title in Arabic/);
  expect(titles({ en: "", ar: "" }, false, arabic)).toMatch(/^العنوان بالعربية/);
});

const product = (id: string, name: string): Product =>
  ({
    id,
    name: { en: name, ar: name },
    merchant: { name: { en: "Loamwick", ar: "لوم ويك" } },
    options: [],
    pictures: [],
    variants: [{ sku: id, options: {}, price: { amount: 2200, currency: "GBP" }, pictures: [] }],
  }) as unknown as Product;
const table = (more: object = {}) =>
  markup(ProductTable, {
    label: "In this show",
    products: [product("A", "Mug"), product("B", "Vase")],
    stock: { A: 3, B: 0 },
    act: "remove" as const,
    busy: false,
    onact: () => undefined,
    ...more,
  });

test("a shelf that can be ordered has a handle for each row, and another has none", () => {
  expect(namesIn(table({ onmove: () => undefined })).filter((name) => /^Move/.test(name))).toEqual([
    "Move: Mug. The arrow keys move it, too.",
    "Move: Vase. The arrow keys move it, too.",
  ]);
  expect(namesIn(table()).some((name) => /^Move/.test(name))).toBe(false);
});

test("stock is a number, or sold out", () => {
  const text = textOf(table());

  expect(text).toContain("3");
  expect(text).toContain("Sold out");
});

test("a shelf of the past has no buttons", () => {
  expect(table({ act: null })).not.toContain("<button");
});

test.each(["draft", "scheduled", "live", "interrupted", "ended"] as const)(
  "the state %s has a word in both languages",
  (state) => {
    expect(textOf(markup(StateBadge, { state }))).not.toContain("studio.state");
    expect(textOf(markup(StateBadge, { state }, { words: arabic }))).toMatch(/[\u0600-\u06ff]/);
  },
);
