import { expect, test } from "vitest";
import type { ImportChange, ImportLine } from "../contract";
import { arabic, english, markup, textOf } from "../testing/rendered";
import ImportChanges from "./import-changes.svelte";

const none = { sku: "MUG", was: "", now: "", was_price: null, now_price: null };
const price: ImportChange = {
  ...none,
  field: "price",
  now: "900",
  now_price: { amount: 900, currency: "GBP" },
};
const stock: ImportChange = { ...none, field: "stock", now: "12" };
const line = (kind: ImportLine["kind"], ...changes: ImportChange[]): ImportLine => ({
  kind,
  row: 2,
  name: "Mug",
  sku: "MUG",
  changes,
  problem: null,
});
const shown = (each: ImportLine, words = english) =>
  textOf(markup(ImportChanges, { lines: [each] }, { words }));

test.each([english, arabic])("a new product says what it costs and how much there is", (words) => {
  const text = shown(line("created", price, stock), words);

  expect(text).toContain("9.00");
  expect(text).toContain(words.t("imports.field.stock"));
  expect(text).toContain("12");
  expect(text).not.toContain(words.t("imports.no_price"));
});

test("a new variant of a product had no price, which is not said", () => {
  const variant: ImportChange = { ...none, field: "variant", now: "MUG" };

  expect(shown(line("changed", variant, price))).not.toContain(english.t("imports.no_price"));
});

test("a variant without a price in the file's currency says that it had none", () => {
  expect(shown(line("changed", price))).toContain(english.t("imports.no_price"));
});
